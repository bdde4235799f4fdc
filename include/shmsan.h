/*
 * shmsan.h: what a program may ask of shmsan, the sanitizer for System V shared memory, and tell it.
 *
 * Made from src/abi by cbindgen (`make header`); do not edit. shmget, shmat, shmdt, shmctl and ftok
 * keep the declarations of the system's headers; sys/shm.h beside this file adds the call sites.
 */

#ifndef SHMSAN_H
#define SHMSAN_H

#include <stddef.h>
#include <sys/ipc.h>

struct shmid_ds;

/**
 * An attachment, as `shmsan_attachment_of` finds it.
 */
struct shmsan_attachment {
  /**
   * Where the segment is attached, as shmat returned it.
   */
  const void *address;
  /**
   * The segment's size in bytes, as shmget was asked for it; the mapping goes on to the end of its last page.
   */
  size_t size;
  /**
   * How far the address that was asked about lies behind `address`, in bytes. At or above `size` it lies
   * behind the segment's end, in its last page.
   */
  size_t offset;
  /**
   * The segment's identifier.
   */
  int shmid;
  /**
   * The flags that shmat was given.
   */
  int flags;
};

#ifdef __cplusplus
extern "C" {
#endif /* __cplusplus */

/**
 * shmget(2), called from `func` at `file`:`line`.
 *
 * Returns a segment identifier, 0 included, or -1 with errno as shmget sets it.
 * `file` and `func` are strings, or NULL where they are not known.
 */
int shmsan_shmget_at(key_t key,
                     size_t size,
                     int shmflg,
                     const char *file,
                     int line,
                     const char *func);

/**
 * shmat(2), called from `func` at `file`:`line`.
 *
 * Returns the address of the attached segment, or (void *)-1 with errno as shmat sets it.
 */
void *shmsan_shmat_at(int shmid,
                      const void *shmaddr,
                      int shmflg,
                      const char *file,
                      int line,
                      const char *func);

/**
 * shmdt(2), called from `func` at `file`:`line`.
 *
 * Returns 0, or -1 with errno as shmdt sets it.
 */
int shmsan_shmdt_at(const void *shmaddr, const char *file, int line, const char *func);

/**
 * shmctl(2), called from `func` at `file`:`line`.
 *
 * Returns what the command returns, or -1 with errno as shmctl sets it.
 */
int shmsan_shmctl_at(int shmid,
                     int cmd,
                     struct shmid_ds *buf,
                     const char *file,
                     int line,
                     const char *func);

/**
 * ftok(3), called from `func` at `file`:`line`.
 *
 * Returns a key, or (key_t)-1 with errno as stat(2) sets it.
 */
key_t shmsan_ftok_at(const char *pathname,
                     int proj_id,
                     const char *file,
                     int line,
                     const char *func);

/**
 * A program may define this function to bring options of its own, as in SHMSAN_OPTIONS, which wins over them:
 * `return "trace=1:log_path=trace";`. No program needs it.
 *
 * It is called once: when the library is loaded, which is before main, or at the first call of the five
 * if that comes earlier. Constructors may not have run yet, so it should do no more than return a
 * literal. shmget and the like, called in it, go straight to the kernel. It is called in set-user-ID
 * programs too, where SHMSAN_OPTIONS is not read.
 *
 * It is found in a program that is linked with shmsan; under LD_PRELOAD where the program exports its
 * functions (`-rdynamic`).
 *
 * Returns a string that stays as it is, or NULL for no options.
 */
extern const char *shmsan_default_options(void);

/**
 * A program may define this, to bring suppressions of its own: what is known and need not be said, one a line,
 * as in `return "leaked-segment:make_queue\nkey:0x162e";`. They are used after those of the user's file.
 *
 * It is called once, with the first finding, and may do no more than return a literal. It is found as
 * shmsan_default_options is.
 *
 * Returns a string that stays as it is, or NULL.
 */
extern const char *shmsan_default_suppressions(void);

/**
 * gets(3), called from `func` at `file`:`line`: reads a line from stdin into `s`, without its newline.
 *
 * Where `s` lies in an attached segment and the line does not fit, what fits is stored and
 * ended with a NUL, the rest of the line is thrown away, and `overflow` is reported. Where `s`
 * lies elsewhere its size cannot be known, and this is as dangerous as gets has always been.
 *
 * Returns `s`, or NULL at the end of the file or on an error.
 */
char *shmsan_gets_at(char *s,
                     const char *file,
                     int line,
                     const char *func);

/**
 * Writes what is tracked in this process to the file descriptor `fd`: each segment it got or created,
 * and each attachment, with the place in the program.
 *
 * Returns 0, or -1 with errno: EBADF (`fd` is not open for writing), EAGAIN (it takes no more, or the
 * sanitizer is off or busy in this thread), ENOMEM.
 */
int shmsan_report(int fd);

/**
 * Looks for leaks now: segments that this process created, that still exist, and that nobody has
 * attached. Each is reported.
 *
 * Returns how many there are. errno stays as it is.
 */
int shmsan_check_leaks(void);

/**
 * Looks now for bytes that were written behind the end of an attached segment, in its last page. Each segment
 * where there are some is reported.
 *
 * Returns how many attachments have some. errno stays as it is.
 */
int shmsan_check_memory(void);

/**
 * Finds the attachment of this process in whose pages `addr` lies, and fills `attachment`,
 * which may be NULL.
 *
 * Returns 1, or 0 where there is none. errno stays as it is.
 */
int shmsan_attachment_of(const void *addr, struct shmsan_attachment *attachment);

/**
 * Says that the segment `shmid` may stay: it is not reported as a leak of this process.
 *
 * Returns 0, or -1 with errno: EINVAL (this process neither created nor got such a segment),
 * EAGAIN (the sanitizer is off or busy in this thread).
 */
int shmsan_ignore_segment(int shmid);

/**
 * The library's version, as "1.2.3".
 */
const char *shmsan_version(void);

#ifdef __cplusplus
}  /* extern "C" */
#endif  /* __cplusplus */

#endif  /* SHMSAN_H */
