#include "view.h"

#include "base/text.h"

#include <stdio.h>

bool view_read(struct call *call, const xml_node *node, struct view *ret)
{
	const char *max = xml_attribute(node, "MaxEntriesReturned", call->arena);
	const char *offset = xml_attribute(node, "Offset", call->arena);
	int64_t value;

	*ret = (struct view){ .max = VIEW_MAX };
	if (!node)
		return true;
	if (max && (!text_to_int64(max, &value) || value < 1))
		return soap_malformed(
			call, "MaxEntriesReturned is '%s'; it must be 1 or more", max);
	if (max && value < VIEW_MAX)
		ret->max = (size_t)value;
	if (!offset || !text_to_int64(offset, &value) || value < 0)
		return soap_malformed(
			call, "Offset is '%s'; it must be 0 or more", offset ? offset : "");
	ret->offset = (size_t)value;
	ret->from_end = text_equal(xml_attribute(node, "BasePoint", call->arena), "End");
	return true;
}

bool view_shows(const struct view *view, size_t index)
{
	return index >= view->offset && index - view->offset < view->max;
}

void view_write_root(struct buf *b, const struct view *view, size_t total, size_t shown)
{
	size_t next = view->offset + shown;

	buf_addf(b,
		"<m:RootFolder IndexedPagingOffset=\"%zu\" TotalItemsInView=\"%zu\" "
		"IncludesLastItemInRange=\"%s\">",
		next, total, next >= total ? "true" : "false");
}
