/*
 * The add-in only manifest. Elements stand in the order of Microsoft's schemas (OfficeAppManifestV1_1,
 * MailAppVersionOverridesV1_0 and V1_1), which is part of them. The overrides of version 1.1 stand
 * inside those of version 1.0 and say all of it again: a client reads one or the other.
 */
#include "api/manifest_parts.h"
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define NS_OFFICE  "http://schemas.microsoft.com/office/appforoffice/1.1"
#define NS_TYPES   "http://schemas.microsoft.com/office/officeappbasictypes/1.0"
#define NS_MAIL_10 "http://schemas.microsoft.com/office/mailappversionoverrides"
#define NS_MAIL_11 "http://schemas.microsoft.com/office/mailappversionoverrides/1.1"

/* What every Exchange server offers that is still maintained. */
#define MAILBOX_SET "1.5"

/* The texts, by the ids under which the overrides name them (32 characters at most). */
enum { GROUP, BUTTON, TIP_TITLE, TIP_TEXT, NAME, DESCRIPTION, PROVIDER, N_TEXTS };
static const struct {
	const char *id, *field;
	size_t max;
} texts[N_TEXTS] = {
	[GROUP] = { "group.label", "addin_group_label", MANIFEST_SHORT_MAX },
	[BUTTON] = { "button.label", "addin_button_label", MANIFEST_SHORT_MAX },
	[TIP_TITLE] = { "button.title", "addin_supertip_title", MANIFEST_SHORT_MAX },
	[TIP_TEXT] = { "button.text", "addin_supertip_description", MANIFEST_LONG_MAX },
	[NAME] = { "name", "addin_display_name", MANIFEST_SHORT_MAX },
	[DESCRIPTION] = { "description", "addin_description", MANIFEST_LONG_MAX },
	[PROVIDER] = { "provider", "addin_provider_name", MANIFEST_SHORT_MAX },
};

static const int ribbon_sizes[] = { 16, 20, 24, 32, 40, 48, 64, 80 };
static const int mobile_sizes[] = { 25, 32, 48 };
enum { MOBILE_SCALES = 3 };

struct writer {
	const struct manifest_facts *facts;
	struct buf *out;
	struct arena arena;
	const char *texts[N_TEXTS];
	bool mobile; /* with the mobile apps' button */
	bool v1_1;   /* inside the overrides of version 1.1 */
	int depth;
};

/* ---- XML ---------------------------------------------------------------------------------- */

/* Markup in which each %s is escaped. */
static void add(struct writer *w, const char *fmt, va_list args)
{
	for (int i = 0; i < w->depth; i++)
		buf_adds(w->out, "  ");
	for (const char *p = fmt; *p; p++) {
		if (p[0] == '%' && p[1] == 's')
			text_escape_markup(w->out, va_arg(args, const char *)), p++;
		else if (p[0] == '%' && p[1] == 'd')
			buf_addf(w->out, "%d", va_arg(args, int)), p++;
		else
			buf_addc(w->out, *p);
	}
	buf_addc(w->out, '\n');
}

static void line(struct writer *w, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	add(w, fmt, args);
	va_end(args);
}

static void begin(struct writer *w, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	add(w, fmt, args);
	va_end(args);
	w->depth++;
}

static void end(struct writer *w, const char *tag)
{
	w->depth--;
	line(w, tag);
}

/* ---- the manifest proper ------------------------------------------------------------------ */

static void add_domain(const char *origin, void *arg)
{
	line(arg, "<AppDomain>%s</AppDomain>", origin);
}

static void add_override(const char *locale, const char *text, void *arg)
{
	line(arg, "<Override Locale=\"%s\" Value=\"%s\"/>", locale, text);
}

static void head(struct writer *w)
{
	const struct manifest_facts *f = w->facts;
	line(w, "<Id>%s</Id>", f->connector->uuid);
	line(w, "<Version>%s</Version>", f->version);
	line(w, "<ProviderName>%s</ProviderName>", w->texts[PROVIDER]);
	line(w, "<DefaultLocale>en-US</DefaultLocale>");
	begin(w, "<DisplayName DefaultValue=\"%s\">", w->texts[NAME]);
	manifest_each_translation(f, texts[NAME].field, add_override, w);
	end(w, "</DisplayName>");
	begin(w, "<Description DefaultValue=\"%s\">", w->texts[DESCRIPTION]);
	manifest_each_translation(f, texts[DESCRIPTION].field, add_override, w);
	end(w, "</Description>");
	line(w, "<IconUrl DefaultValue=\"%s\"/>", manifest_icon(f, "addin_icon_64.png", &w->arena));
	line(w, "<HighResolutionIconUrl DefaultValue=\"%s\"/>",
		manifest_icon(f, "addin_icon_128.png", &w->arena));
	line(w, "<SupportUrl DefaultValue=\"%s\"/>", manifest_base(f, &w->arena));
	begin(w, "<AppDomains>");
	manifest_each_origin(f, add_domain, w);
	end(w, "</AppDomains>");
}

/* The address in here is the audience of Exchange's identity tokens. */
static void settings(struct writer *w)
{
	line(w, "<Hosts><Host Name=\"Mailbox\"/></Hosts>");
	line(w,
		"<Requirements><Sets><Set Name=\"Mailbox\" MinVersion=\"" MAILBOX_SET
		"\"/></Sets></Requirements>");
	begin(w, "<FormSettings>");
	begin(w, "<Form xsi:type=\"ItemEdit\">");
	line(w, "<DesktopSettings><SourceLocation DefaultValue=\"%s\"/></DesktopSettings>",
		manifest_base(w->facts, &w->arena));
	end(w, "</Form>");
	end(w, "</FormSettings>");
	line(w, "<Permissions>ReadWriteItem</Permissions>");
	line(w,
		"<Rule xsi:type=\"RuleCollection\" Mode=\"Or\"><Rule xsi:type=\"ItemIs\" "
		"ItemType=\"Appointment\" FormType=\"Edit\"/></Rule>");
	line(w, "<DisableEntityHighlighting>true</DisableEntityHighlighting>");
}

/* ---- overrides ---------------------------------------------------------------------------- */

static void ribbon_icons(struct writer *w)
{
	begin(w, "<Icon>");
	for (size_t i = 0; i < sizeof(ribbon_sizes) / sizeof(*ribbon_sizes); i++)
		line(w, "<bt:Image size=\"%d\" resid=\"icon.%d\"/>", ribbon_sizes[i],
			ribbon_sizes[i]);
	end(w, "</Icon>");
}

static void desktop(struct writer *w)
{
	begin(w, "<DesktopFormFactor>");
	/* For delegates. Exchange 2016 CU6, 2019 CU1 and later know it, though not the call for it. */
	if (w->v1_1)
		line(w, "<SupportsSharedFolders>true</SupportsSharedFolders>");
	begin(w, "<ExtensionPoint xsi:type=\"AppointmentOrganizerCommandSurface\">");
	begin(w, "<OfficeTab id=\"TabDefault\">");
	begin(w, "<Group id=\"vmrd.group\">");
	line(w, "<Label resid=\"%s\"/>", texts[GROUP].id);
	begin(w, "<Control xsi:type=\"Button\" id=\"vmrd.button\">");
	line(w, "<Label resid=\"%s\"/>", texts[BUTTON].id);
	line(w, "<Supertip><Title resid=\"%s\"/><Description resid=\"%s\"/></Supertip>",
		texts[TIP_TITLE].id, texts[TIP_TEXT].id);
	ribbon_icons(w);
	line(w, "<Action xsi:type=\"ShowTaskpane\"><SourceLocation resid=\"pane\"/></Action>");
	end(w, "</Control>");
	end(w, "</Group>");
	end(w, "</OfficeTab>");
	end(w, "</ExtensionPoint>");
	end(w, "</DesktopFormFactor>");
}

static void mobile(struct writer *w)
{
	begin(w, "<MobileFormFactor>");
	line(w, "<FunctionFile resid=\"mobile\"/>");
	begin(w, "<ExtensionPoint xsi:type=\"MobileOnlineMeetingCommandSurface\">");
	begin(w, "<Control xsi:type=\"MobileButton\" id=\"vmrd.mobile\">");
	line(w, "<Label resid=\"%s\"/>", texts[BUTTON].id);
	begin(w, "<Icon>");
	for (size_t i = 0; i < sizeof(mobile_sizes) / sizeof(*mobile_sizes); i++)
		for (int scale = 1; scale <= MOBILE_SCALES; scale++)
			line(w, "<bt:Image size=\"%d\" scale=\"%d\" resid=\"icon.%d\"/>",
				mobile_sizes[i], scale, mobile_sizes[i] * scale);
	end(w, "</Icon>");
	line(w,
		"<Action xsi:type=\"ExecuteFunction\"><FunctionName>" MANIFEST_MOBILE_FUNCTION
		"</FunctionName></Action>");
	end(w, "</Control>");
	end(w, "</ExtensionPoint>");
	end(w, "</MobileFormFactor>");
}

static void image(struct writer *w, int size)
{
	line(w, "<bt:Image id=\"icon.%d\" DefaultValue=\"%s\"/>", size,
		manifest_icon(
			w->facts, arena_printf(&w->arena, "addin_icon_%d.png", size), &w->arena));
}

static void images(struct writer *w)
{
	/* Sizes that the mobile button has beside those of the ribbon. */
	static const int more[] = { 25, 50, 75, 96, 144 };
	begin(w, "<bt:Images>");
	for (size_t i = 0; i < sizeof(ribbon_sizes) / sizeof(*ribbon_sizes); i++)
		image(w, ribbon_sizes[i]);
	for (size_t i = 0; w->mobile && w->v1_1 && i < sizeof(more) / sizeof(*more); i++)
		image(w, more[i]);
	end(w, "</bt:Images>");
}

static void add_bt_override(const char *locale, const char *text, void *arg)
{
	line(arg, "<bt:Override Locale=\"%s\" Value=\"%s\"/>", locale, text);
}

static void string(struct writer *w, int which)
{
	begin(w, "<bt:String id=\"%s\" DefaultValue=\"%s\">", texts[which].id, w->texts[which]);
	manifest_each_translation(w->facts, texts[which].field, add_bt_override, w);
	end(w, "</bt:String>");
}

static void resources(struct writer *w)
{
	begin(w, "<Resources>");
	images(w);
	begin(w, "<bt:Urls>");
	line(w, "<bt:Url id=\"pane\" DefaultValue=\"%s\"/>",
		manifest_page(w->facts, "", &w->arena));
	if (w->mobile && w->v1_1)
		line(w, "<bt:Url id=\"mobile\" DefaultValue=\"%s\"/>",
			manifest_page(w->facts, "mobile.html", &w->arena));
	end(w, "</bt:Urls>");
	begin(w, "<bt:ShortStrings>");
	string(w, GROUP);
	string(w, BUTTON);
	string(w, TIP_TITLE);
	end(w, "</bt:ShortStrings>");
	begin(w, "<bt:LongStrings>");
	string(w, TIP_TEXT);
	string(w, DESCRIPTION);
	end(w, "</bt:LongStrings>");
	end(w, "</Resources>");
}

/* For Office's own single sign-on (getAccessToken); nested app authentication needs nothing here. */
static void single_sign_on(struct writer *w)
{
	const struct ms_exchange_connector *c = w->facts->connector;
	if (!text_equal(c->addin_authentication_method, "SSO_TOKEN") ||
		text_empty(c->addin_application_id))
		return;
	begin(w, "<WebApplicationInfo>");
	line(w, "<Id>%s</Id>", c->addin_application_id);
	line(w, "<Resource>api://%s/%s</Resource>", c->addin_server_domain,
		c->addin_application_id);
	line(w, "<Scopes><Scope>openid</Scope><Scope>profile</Scope></Scopes>");
	end(w, "</WebApplicationInfo>");
}

static void overrides(struct writer *w)
{
	line(w, "<Description resid=\"%s\"/>", texts[DESCRIPTION].id);
	line(w,
		"<Requirements><bt:Sets DefaultMinVersion=\"" MAILBOX_SET
		"\"><bt:Set Name=\"Mailbox\"/></bt:Sets></Requirements>");
	begin(w, "<Hosts>");
	begin(w, "<Host xsi:type=\"MailHost\">");
	desktop(w);
	if (w->mobile && w->v1_1)
		mobile(w);
	end(w, "</Host>");
	end(w, "</Hosts>");
	resources(w);
}

static void both_overrides(struct writer *w)
{
	begin(w, "<VersionOverrides xmlns=\"" NS_MAIL_10 "\" xsi:type=\"VersionOverridesV1_0\">");
	overrides(w);
	w->v1_1 = true;
	begin(w, "<VersionOverrides xmlns=\"" NS_MAIL_11 "\" xsi:type=\"VersionOverridesV1_1\">");
	overrides(w);
	single_sign_on(w);
	end(w, "</VersionOverrides>");
	end(w, "</VersionOverrides>");
}

static bool find_texts(struct writer *w, struct err *err)
{
	for (int i = 0; i < N_TEXTS; i++) {
		w->texts[i] = manifest_text(w->facts, texts[i].field, texts[i].max, err);
		if (!w->texts[i])
			return false;
	}
	return true;
}

bool manifest_write_xml(
	const struct manifest_facts *facts, bool with_mobile, struct buf *ret, struct err *err)
{
	struct writer w = { .facts = facts, .out = ret, .mobile = with_mobile };
	if (!find_texts(&w, err))
		return false;
	arena_init(&w.arena);
	line(&w, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
	begin(&w,
		"<OfficeApp xmlns=\"" NS_OFFICE
		"\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:bt=\"" NS_TYPES
		"\" xmlns:mailappor=\"" NS_MAIL_10 "\" xsi:type=\"MailApp\">");
	head(&w);
	settings(&w);
	both_overrides(&w);
	end(&w, "</OfficeApp>");
	arena_release(&w.arena);
	return true;
}
