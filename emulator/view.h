/*
 * view - a window on a list: IndexedPageItemView, IndexedPageFolderView.
 */
#ifndef EMULATOR_VIEW_H
#define EMULATOR_VIEW_H

#include "soap.h"

enum { VIEW_MAX = 1000 }; /* EWSFindCountLimit */

struct view {
	size_t offset, max;
	bool from_end; /* BasePoint="End": offset counts backwards */
};

/* node: the view's element, NULL for everything (up to VIEW_MAX). False after a fault. */
bool view_read(struct call *call, const xml_node *node, struct view *ret);
bool view_shows(const struct view *view, size_t index);
/* <m:RootFolder ...> with the paging attributes. */
void view_write_root(struct buf *b, const struct view *view, size_t total, size_t shown);

#endif
