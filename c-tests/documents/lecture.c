/* The lecture "Using IPC: shared memory" as one program: its statements as they are printed there, between them the
   declarations that it leaves out. It stores the id as `shmids` and goes on with `shmid`; and its check of shmat,
   `< (char *)0`, never fires. With the argument "removed" the segment is gone before shmat, and the program dies. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include <sys/types.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <memory.h>

int main(int argc, char **argv)
{
    int shmids, shmid;
    char *shm_p;
    char *p_str = "Slice of memory accessible by arbitrary processes";

if(( shmids = shmget( 5L, 200, IPC_CREAT | 0666 )) < 0 )  
{ perror("shmget failed"); exit(-1); }

    shmid = shmids;
    if (argc > 1 && strcmp(argv[1], "removed") == 0)
        shmctl(shmid, IPC_RMID, 0);

if (( shm_p = shmat( shmid, (char *)0, 0 )) < (char *)0 )
{ perror("shmat failed"); exit(-1); }

    if (shm_p == (char *)-1) {
        struct rlimit no_core = {0, 0};
        setrlimit(RLIMIT_CORE, &no_core);
        puts("shmat failed, and the check let it pass");
        fflush(stdout);
    }

memcpy( shm_p, p_str, strlen(p_str) );

    puts(shm_p);

if (shmdt( shm_p ) < 0 ) {
    perror("shmdt failed"); exit(-1);
}

if( shmctl( shmid, IPC_RMID, 0) < 0 ) {
perror("shmctl failed"); exit(-1);
}

    return 0;
}
