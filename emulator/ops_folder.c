/*
 * GetFolder and FindFolder.
 */
#include "base/text.h"
#include "folder_shape.h"
#include "operations.h"
#include "view.h"

void op_get_folder(struct call *call)
{
	static const char op[] = "GetFolder";
	struct folder_shape shape;
	struct folder *folder;
	struct refusal r;

	if (!soap_need_mailbox(call) ||
		!folder_shape_read(call, xml_child(call->op, "FolderShape"), &shape))
		return;
	reply_begin(call, op);
	const xml_node *id = xml_child(xml_child(call->op, "FolderIds"), NULL);
	for (; id; id = xml_next(id, NULL)) {
		if (!soap_folder(call, id, &folder, &r)) {
			reply_refusal(call, op, &r, "<m:Folders/>");
			continue;
		}
		reply_ok(call, op);
		buf_adds(&call->out, "<m:Folders>");
		folder_write(folder, &call->out, &shape);
		buf_adds(&call->out, "</m:Folders>");
		reply_end_message(call, op);
	}
	reply_end(call, op);
}

static void reply_children(struct call *call, const struct folder *parent, bool deep,
	const struct view *view, const struct folder_shape *shape)
{
	static const char op[] = "FindFolder";
	size_t total = 0, shown = 0;
	struct buf list;

	buf_init(&list, SOAP_ANSWER_MAX);
	for (int i = 0; i < FOLDER_KINDS; i++) {
		bool child = i != FOLDER_ROOT && folder_infos[i].parent == parent->kind;
		if (!child && !(deep && folder_is_below(i, parent->kind)))
			continue;
		if (view_shows(view, total++)) {
			folder_write(call->mailbox->folders[i], &list, shape);
			shown++;
		}
	}
	reply_ok(call, op);
	view_write_root(&call->out, view, total, shown);
	buf_adds(&call->out, "<t:Folders>");
	buf_add(&call->out, list.data, list.len);
	buf_adds(&call->out, "</t:Folders></m:RootFolder>");
	reply_end_message(call, op);
	buf_release(&list);
}

void op_find_folder(struct call *call)
{
	static const char op[] = "FindFolder";
	const char *traversal = xml_attribute(call->op, "Traversal", call->arena);
	struct folder_shape shape;
	struct folder *folder;
	struct view view;
	struct refusal r;

	if (!soap_need_mailbox(call) ||
		!folder_shape_read(call, xml_child(call->op, "FolderShape"), &shape) ||
		!view_read(call, xml_child(call->op, "IndexedPageFolderView"), &view))
		return;
	if (xml_child(call->op, "Restriction")) {
		soap_fault(call, "ErrorUnsupportedPathForQuery",
			"Folders cannot be searched by restriction here.");
		return;
	}
	reply_begin(call, op);
	const xml_node *id = xml_child(xml_child(call->op, "ParentFolderIds"), NULL);
	for (; id; id = xml_next(id, NULL)) {
		if (soap_folder(call, id, &folder, &r))
			reply_children(call, folder, text_equal(traversal, "Deep"), &view, &shape);
		else
			reply_refusal(call, op, &r, NULL);
	}
	reply_end(call, op);
}
