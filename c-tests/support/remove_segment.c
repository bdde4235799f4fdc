/* remove_segment KEY: removes the segment with this key, if there is one. For scenarios that leave one behind on purpose,
   where no private IPC namespace takes it away with itself. Exit status: 0, or 1 where it could not be removed. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: remove_segment KEY\n");
        return 1;
    }
    int shmid = shmget((key_t)strtoul(argv[1], NULL, 0), 0, 0);
    if (shmid != -1 && shmctl(shmid, IPC_RMID, NULL) != 0) {
        perror("remove_segment");
        return 1;
    }
    return 0;
}
