/*
 * storage_fault - in builds with test hooks: a disk that fails when it is told to.
 *
 * VMRD_STORAGE_FAULT names a file. While it says "<kind> <nth> <times>", the nth change of a database file
 * from then on (write, truncation, sync, creation, deletion; counted from 1) fails, and so do times - 1
 * more; 0 times: all of them, until the file says something else. Kinds: EIO, ENOSPC, SHORT (half of a
 * write is done). The file is emptied when all were given. Other builds know nothing of it.
 */
#ifndef STORE_STORAGE_FAULT_H
#define STORE_STORAGE_FAULT_H

#ifdef VMRD_TEST_HOOKS
/* Before the first connection; more calls do nothing. */
void storage_fault_install(void);
#else
static inline void storage_fault_install(void)
{
}
#endif

#endif
