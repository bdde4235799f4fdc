/*
 * Processes: fork(2), vfork(2), the driver executed again, and every way to end: exit, _exit, a signal of its own, a
 * fault in an attachment, SIGKILL from the parent while the child holds what it has.
 */

static void end_child(void)
{
    const struct attachment *one = draw_attachment(true);
    int how = below(one ? 7 : 6);
    begin_line();
    printf("ends\n");
    switch (how) {
    case 0:
        exit(below(256));
    case 1:
        _exit(below(256));
    case 2:
        kill(getpid(), SIGKILL);
        break;
    case 3:
        kill(getpid(), SIGTERM);
        break;
    case 4:
    case 5:
        raise(SIGSTOP); /* the parent sees it, and kills */
        break;
    default:
        prctl(PR_SET_DUMPABLE, 0); /* no core file */
        ((volatile char *)one->address)[0] = 'x';
    }
    _exit(0);
}

static void live_as_child(void)
{
    observe_all();
    for (int steps = 1 + below(6); steps > 0; steps--)
        do_step();
    end_child();
}

/* Replaces this process by the driver anew, which goes on with `resume`. */
static void execute_again(void)
{
    char descriptor[12];
    begin_line();
    printf("exec\n");
    counts->deeds[EXECUTED]++;
    sprintf(descriptor, "%d", shared_descriptor);
    shared->sequence = sequence;
    shared->number = number;
    shared->depth = depth;
    shared->dice = dice;
    strcpy(shared->who, who);
    memcpy(shared->pipe_ends, pipe_ends, sizeof pipe_ends);
    execl("/proc/self/exe", "driver", "--resume", descriptor, NULL);
    fail("exec");
}

/* The child may have become somebody else. */
static void kill_whoever(pid_t pid)
{
    uid_t user = geteuid();
    if (kill(pid, SIGKILL) != 0 && (seteuid(0) != 0 || kill(pid, SIGKILL) != 0 || seteuid(user) != 0))
        fail("kill");
    prctl(PR_SET_DUMPABLE, 1);
}

static void wait_for(pid_t pid, int child)
{
    int status;
    for (;;) {
        if (waitpid(pid, &status, WUNTRACED) < 0) {
            if (errno != EINTR)
                fail("waitpid");
        } else if (WIFSTOPPED(status)) {
            counts->deeds[KILLED]++;
            observe_segments();
            kill_whoever(pid);
        } else {
            break;
        }
    }
    printf("    child-%d: %s %d\n", child, WIFEXITED(status) ? "exit status" : "signal",
           WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
    observe_segments();
}

static void do_fork(void)
{
    int child = ++world->children_made;
    room(child);
    begin_line();
    printf("fork: child-%d\n", child);
    counts->deeds[FORKED]++;
    pid_t pid = fork();
    if (pid < 0)
        fail("fork");
    if (pid == 0) {
        world->children[child - 1] = getpid();
        depth++;
        threads_running = false;
        dice += child;
        sprintf(who, "child-%d ", child);
        /* In the other user's run the library's folder may be closed to that user. */
        if (geteuid() == shared->starter && !world->elsewhere && percent(12))
            execute_again();
        live_as_child();
    }
    wait_for(pid, child);
}

/* The child makes one call in the parent's memory; all is static, since they share the stack too. */
static void do_vfork(void)
{
    static struct step step;
    static int child, end;
    static pid_t pid;
    static char parent[sizeof who];
    child = ++world->children_made;
    room(child);
    step = generate_call();
    end = below(256);
    begin_line();
    printf("vfork: child-%d\n", child);
    counts->deeds[VFORKED]++;
    strcpy(parent, who);
    pid = vfork();
    if (pid < 0)
        fail("vfork");
    if (pid == 0) {
        world->children[child - 1] = getpid();
        sprintf(who, "child-%d ", child);
        do_call(&step);
        _exit(end);
    }
    strcpy(who, parent);
    wait_for(pid, child);
}
