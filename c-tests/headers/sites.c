/* One call in each form, each at a line that the test knows: recorder.c prints what arrives. */

#include <sys/shm.h>

static void nested(void) {
#line 10 "nested.c"
    shmdt(shmat(shmget(ftok("/", 65), 27, 01666), 0, 7));
}

static void plain(void) {
    (void)(shmget)(1, 2, 3);
    (void)(&shmdt)(0);
}

int main(void) {
    struct shmid_ds status;
#line 20 "folder/sites.c"
    shmget(0x162e, 27, 0666);
    shmctl(5, IPC_STAT, &status);
    nested();
    plain();
#ifndef __cplusplus
#line 30 "literals.c"
    shmctl(6, IPC_SET, &(struct shmid_ds){.shm_segsz = 1});
    shmctl(7, IPC_SET, &(struct shmid_ds){.shm_segsz = 1, .shm_cpid = 2});
#endif
    return 0;
}
