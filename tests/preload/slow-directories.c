/* Directories that take SLOW_DIRECTORIES_MS to open. */
#include <dirent.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

DIR *opendir(const char *path)
{
	static DIR *(*next)(const char *path);

	if (!next)
		next = (DIR * (*)(const char *)) dlsym(RTLD_NEXT, "opendir");
	usleep(atoi(getenv("SLOW_DIRECTORIES_MS")) * 1000);
	return next(path);
}
