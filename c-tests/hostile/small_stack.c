/* Works in a thread with the smallest stack there may be, and in a signal handler on an alternate stack of the usual
   size: whoever handles a call may not take much of it. */
#define _GNU_SOURCE
#include "../support/work.h"
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

static volatile sig_atomic_t handled;

static void handle(int signal)
{
    (void)signal;
    work();
    handled++;
}

static void *work_in_thread(void *unused)
{
    (void)unused;
    work();
    return NULL;
}

int main(void)
{
    pthread_t thread;
    pthread_attr_t attributes;
    CHECK(pthread_attr_init(&attributes) == 0);
    CHECK(pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN) == 0);
    CHECK(pthread_create(&thread, &attributes, work_in_thread, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
    puts("worked in a thread");

    stack_t stack = {.ss_sp = malloc(SIGSTKSZ), .ss_size = SIGSTKSZ};
    struct sigaction action = {.sa_handler = handle, .sa_flags = SA_ONSTACK};
    CHECK(stack.ss_sp != NULL && sigaltstack(&stack, NULL) == 0);
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
    CHECK(raise(SIGUSR1) == 0 && handled == 1);
    puts("worked in a handler");
    return 3;
}
