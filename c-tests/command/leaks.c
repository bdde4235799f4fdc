/* Loses a block of memory: LeakSanitizer would end it with another status. */
#include <stdlib.h>

int main(void)
{
    void *volatile block = malloc(10);
    block = NULL;
    return block != NULL;
}
