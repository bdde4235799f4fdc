/* Arguments with commas of their own: in parentheses they count as one, in braces they do not, up to 63. */

#include <sys/shm.h>

struct table {
    int of[70];
};

int literals(int id);

int literals(int id) {
    const struct table *table = &(struct table){{1, 2, 3}};
    return shmctl(id, IPC_SET, &(struct shmid_ds){.shm_segsz = 1}) +
           shmctl(id, IPC_SET, &(struct shmid_ds){.shm_perm = {.uid = 1, .gid = 2}, .shm_segsz = 1, .shm_nattch = 0}) +
           shmget(((key_t[]){1, 2, 3, 4})[2], sizeof(struct { int a, b; }), 0) +
           shmdt(((void)table, &(struct table){{1, 2}})) +
           shmdt(&(struct table){{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0,
                                  1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1,
                                  2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2}});
}
