#include "folder_shape.h"

#include "base/text.h"
#include "markup.h"

enum field_index {
	F_ID,
	F_PARENT,
	F_CLASS,
	F_NAME,
	F_TOTAL,
	F_CHILDREN,
	F_RIGHTS,
	F_DISTINGUISHED,
	F_UNREAD,
};

static const struct {
	const char *uri;
	bool in_default;
} columns[FOLDER_FIELDS] = {
	[F_ID] = { "folder:FolderId", true },
	[F_PARENT] = { "folder:ParentFolderId", false },
	[F_CLASS] = { "folder:FolderClass", false },
	[F_NAME] = { "folder:DisplayName", true },
	[F_TOTAL] = { "folder:TotalCount", true },
	[F_CHILDREN] = { "folder:ChildFolderCount", true },
	[F_RIGHTS] = { "folder:EffectiveRights", false },
	[F_DISTINGUISHED] = { "folder:DistinguishedFolderId", false },
	[F_UNREAD] = { "folder:UnreadCount", true },
};

bool folder_shape_read(struct call *call, const xml_node *node, struct folder_shape *ret)
{
	const char *base = xml_child_text(node, "BaseShape", call->arena);

	*ret = (struct folder_shape){ 0 };
	if (!text_equal(base, "IdOnly") && !text_equal(base, "Default") &&
		!text_equal(base, "AllProperties"))
		return soap_malformed(call, "'%s' is no BaseShape", base ? base : "");
	for (int i = 0; i < FOLDER_FIELDS; i++)
		ret->show[i] = i == F_ID || text_equal(base, "AllProperties") ||
			(text_equal(base, "Default") && columns[i].in_default);
	const xml_node *p = xml_child(xml_child(node, "AdditionalProperties"), NULL);
	for (; p; p = xml_next(p, NULL)) {
		const char *uri = xml_attribute(p, "FieldURI", call->arena);
		for (int i = 0; i < FOLDER_FIELDS; i++)
			ret->show[i] |= text_equal(columns[i].uri, uri);
	}
	return true;
}

bool folder_is_below(enum folder_kind kind, enum folder_kind above)
{
	if (kind == above)
		return false;
	while (kind != FOLDER_ROOT) {
		kind = folder_infos[kind].parent;
		if (kind == above)
			return true;
	}
	return false;
}

static void write_id(struct buf *b, const char *element, const struct folder *folder)
{
	char key[CHANGE_KEY_LEN + 1];

	org_change_key(folder->mailbox->org, folder->version, key);
	buf_addf(b, "<t:%s Id=\"%s\" ChangeKey=\"%s\"/>", element, folder->id, key);
}

static int count_children(enum folder_kind kind)
{
	int count = 0;

	for (int i = 0; i < FOLDER_KINDS; i++)
		count += i != FOLDER_ROOT && folder_infos[i].parent == kind;
	return count;
}

void folder_write(const struct folder *folder, struct buf *b, const struct folder_shape *shape)
{
	const struct folder_info *info = &folder_infos[folder->kind];

	buf_addf(b, "<t:%s>", info->element);
	write_id(b, "FolderId", folder);
	if (shape->show[F_PARENT])
		write_id(b, "ParentFolderId", folder->mailbox->folders[info->parent]);
	if (shape->show[F_CLASS])
		markup_element(b, "FolderClass", info->folder_class);
	if (shape->show[F_NAME])
		markup_element(b, "DisplayName", info->name);
	if (shape->show[F_TOTAL])
		markup_int(b, "TotalCount", (int64_t)folder->total);
	if (shape->show[F_CHILDREN])
		markup_int(b, "ChildFolderCount", count_children(folder->kind));
	if (shape->show[F_RIGHTS])
		buf_adds(b,
			"<t:EffectiveRights><t:CreateAssociated>true</t:CreateAssociated>"
			"<t:CreateContents>true</t:CreateContents>"
			"<t:CreateHierarchy>true</t:CreateHierarchy>"
			"<t:Delete>true</t:Delete><t:Modify>true</t:Modify>"
			"<t:Read>true</t:Read></t:EffectiveRights>");
	if (shape->show[F_DISTINGUISHED])
		markup_element(b, "DistinguishedFolderId", info->distinguished);
	if (shape->show[F_UNREAD] &&
		(text_equal(info->element, "Folder") || text_equal(info->element, "TasksFolder")))
		markup_int(b, "UnreadCount", (int64_t)folder->unread);
	buf_addf(b, "</t:%s>", info->element);
}
