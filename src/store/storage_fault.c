/*
 * How this works: an SQLite VFS that hands everything to the system's own and asks, before each change,
 * whether the disk is to fail now. A file of ours is the system's file with one pointer before it.
 */
#include "store/storage_fault.h"

#ifdef VMRD_TEST_HOOKS
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum fault { NO_FAULT, FAULT_EIO, FAULT_ENOSPC, FAULT_SHORT };

static struct {
	pthread_once_t once;
	pthread_mutex_t lock;
	const char *path;
	char told[64]; /* what the file said last */
	long changes;  /* since it says so */
	sqlite3_vfs vfs, *system;
	sqlite3_io_methods methods;
} disk = { .once = PTHREAD_ONCE_INIT, .lock = PTHREAD_MUTEX_INITIALIZER };

struct faulty_file {
	sqlite3_file base;
	sqlite3_file *real; /* behind this struct */
};

static void read_orders(char ret[sizeof(disk.told)])
{
	int fd = open(disk.path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, ret, sizeof(disk.told) - 1);
	ret[n > 0 ? n : 0] = '\0';
	if (fd >= 0)
		close(fd);
}

static enum fault fault_by_name(const char *name)
{
	return strcmp(name, "EIO") == 0       ? FAULT_EIO
		: strcmp(name, "ENOSPC") == 0 ? FAULT_ENOSPC
		: strcmp(name, "SHORT") == 0  ? FAULT_SHORT
					      : NO_FAULT;
}

/* Whether the change that is about to be made fails. */
static enum fault next_change(void)
{
	char now[sizeof(disk.told)], name[16];
	long nth, times;
	enum fault fault = NO_FAULT;
	pthread_mutex_lock(&disk.lock);
	read_orders(now);
	if (strcmp(now, disk.told) != 0) {
		strcpy(disk.told, now);
		disk.changes = 0;
	}
	disk.changes++;
	if (sscanf(now, "%15s %ld %ld", name, &nth, &times) == 3 && disk.changes >= nth &&
		(times == 0 || disk.changes < nth + times))
		fault = fault_by_name(name);
	if (fault && times && disk.changes == nth + times - 1 && truncate(disk.path, 0) != 0)
		abort();
	pthread_mutex_unlock(&disk.lock);
	return fault;
}

static sqlite3_file *real(sqlite3_file *f)
{
	return ((struct faulty_file *)f)->real;
}

static int on_close(sqlite3_file *f)
{
	return real(f)->pMethods->xClose(real(f));
}

static int on_read(sqlite3_file *f, void *to, int n, sqlite3_int64 at)
{
	return real(f)->pMethods->xRead(real(f), to, n, at);
}

static int on_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
	switch (next_change()) {
	case FAULT_EIO: return SQLITE_IOERR_WRITE;
	case FAULT_ENOSPC: return SQLITE_FULL;
	case FAULT_SHORT: real(f)->pMethods->xWrite(real(f), from, n / 2, at); return SQLITE_FULL;
	case NO_FAULT: break;
	}
	return real(f)->pMethods->xWrite(real(f), from, n, at);
}

static int on_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	return next_change() ? SQLITE_IOERR_TRUNCATE : real(f)->pMethods->xTruncate(real(f), size);
}

static int on_sync(sqlite3_file *f, int flags)
{
	return next_change() ? SQLITE_IOERR_FSYNC : real(f)->pMethods->xSync(real(f), flags);
}

static int on_size(sqlite3_file *f, sqlite3_int64 *ret)
{
	return real(f)->pMethods->xFileSize(real(f), ret);
}

static int on_lock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xLock(real(f), level);
}

static int on_unlock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xUnlock(real(f), level);
}

static int on_check_reserved(sqlite3_file *f, int *ret)
{
	return real(f)->pMethods->xCheckReservedLock(real(f), ret);
}

static int on_control(sqlite3_file *f, int op, void *arg)
{
	return real(f)->pMethods->xFileControl(real(f), op, arg);
}

static int on_sector(sqlite3_file *f)
{
	return real(f)->pMethods->xSectorSize(real(f));
}

static int on_characteristics(sqlite3_file *f)
{
	return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

static int on_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **ret)
{
	return real(f)->pMethods->xShmMap(real(f), page, size, extend, ret);
}

static int on_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
	return real(f)->pMethods->xShmLock(real(f), offset, n, flags);
}

static void on_shm_barrier(sqlite3_file *f)
{
	real(f)->pMethods->xShmBarrier(real(f));
}

static int on_shm_unmap(sqlite3_file *f, int remove)
{
	return real(f)->pMethods->xShmUnmap(real(f), remove);
}

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
	struct faulty_file *file = (struct faulty_file *)f;
	(void)vfs;
	f->pMethods = NULL;
	file->real = (sqlite3_file *)(file + 1);
	if ((flags & SQLITE_OPEN_CREATE) && next_change())
		return SQLITE_CANTOPEN;
	int code = disk.system->xOpen(disk.system, name, file->real, flags, ret_flags);
	if (file->real->pMethods)
		f->pMethods = &disk.methods;
	return code;
}

static int on_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
	(void)vfs;
	return next_change() ? SQLITE_IOERR_DELETE : disk.system->xDelete(disk.system, name, sync);
}

static void install(void)
{
	disk.path = getenv("VMRD_STORAGE_FAULT");
	disk.system = sqlite3_vfs_find(NULL);
	if (!disk.path || !disk.system)
		return;
	disk.methods = (sqlite3_io_methods){ .iVersion = 2,
		.xClose = on_close,
		.xRead = on_read,
		.xWrite = on_write,
		.xTruncate = on_truncate,
		.xSync = on_sync,
		.xFileSize = on_size,
		.xLock = on_lock,
		.xUnlock = on_unlock,
		.xCheckReservedLock = on_check_reserved,
		.xFileControl = on_control,
		.xSectorSize = on_sector,
		.xDeviceCharacteristics = on_characteristics,
		.xShmMap = on_shm_map,
		.xShmLock = on_shm_lock,
		.xShmBarrier = on_shm_barrier,
		.xShmUnmap = on_shm_unmap };
	disk.vfs = *disk.system;
	disk.vfs.zName = "faulty";
	disk.vfs.szOsFile = (int)sizeof(struct faulty_file) + disk.system->szOsFile;
	disk.vfs.xOpen = on_open;
	disk.vfs.xDelete = on_delete;
	sqlite3_vfs_register(&disk.vfs, 1);
}

void storage_fault_install(void)
{
	pthread_once(&disk.once, install);
}
#endif
