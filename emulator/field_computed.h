/*
 * field_computed - properties that are made when they are asked for.
 */
#ifndef EMULATOR_FIELD_COMPUTED_H
#define EMULATOR_FIELD_COMPUTED_H

struct item;
struct buf;
struct shape;

typedef void field_writer(const struct item *item, struct buf *b, const struct shape *shape);

field_writer write_item_id, write_parent, write_size, write_is_resend, write_is_unmodified,
	write_response_objects, write_reminder_due, write_display_cc, write_display_to,
	write_has_attachments, write_effective_rights, write_is_associated, write_conversation_id,
	write_unique_body, write_normalized_body, write_preview, write_text_body,
	write_conversation_index, write_associated, write_is_organizer, write_when,
	write_is_recurring, write_calendar_item_type, write_duration, write_time_zone,
	write_appointment_state, write_first_occurrence, write_last_occurrence,
	write_modified_occurrences, write_deleted_occurrences;

#endif
