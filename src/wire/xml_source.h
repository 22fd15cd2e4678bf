/*
 * xml_source - the bytes of a document on their way into libxml2.
 *
 * Exchange writes control characters that somebody pasted into a subject or a body as references
 * such as &#x1F;, which XML 1.0 forbids (section 4.1, "Legal Character"). One such meeting must not
 * make a whole answer unreadable, so references to forbidden characters become U+FFFD.
 */
#ifndef WIRE_XML_SOURCE_H
#define WIRE_XML_SOURCE_H

struct xml_source {
	const char *at, *end;
};

/* An xmlInputReadCallback; arg is the xml_source. size is 3 or more. */
int xml_source_read(void *arg, char *ret, int size);

#endif
