/* remove_segment KEY|PATH: removes the segment with this key, or with the one that ftok(PATH, 65) makes, if there is one; a path
   has a slash in it. For scenarios that leave a segment behind on purpose, where no private IPC namespace takes it away with
   itself. Exit status: 0, or 1 where it could not be removed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/shm.h>

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: remove_segment KEY|PATH\n");
        return 1;
    }
    int is_path = strchr(argv[1], '/') != NULL;
    key_t key = is_path ? ftok(argv[1], 65) : (key_t)strtoul(argv[1], NULL, 0);
    if (is_path && key == -1) {
        perror(argv[1]);
        return 1;
    }
    int shmid = shmget(key, 0, 0);
    if (shmid != -1 && shmctl(shmid, IPC_RMID, NULL) != 0) {
        perror("remove_segment");
        return 1;
    }
    return 0;
}
