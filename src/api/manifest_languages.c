/* The shipped texts of the manifest in other languages. Office takes an override by its display
 * language's whole name, so each country of a language has its own. */
#include "api/manifest_parts.h"
#include "base/text.h"

enum language { GERMAN, FRENCH, SPANISH, BOKMAL, NYNORSK, N_LANGUAGES };

static const struct {
	const char *name;
	enum language language;
} locales[] = {
	{ "de-DE", GERMAN },
	{ "fr-FR", FRENCH },
	{ "fr-CA", FRENCH },
	{ "es-ES", SPANISH },
	{ "es-MX", SPANISH },
	{ "nb-NO", BOKMAL },
	{ "nn-NO", NYNORSK },
};

static const struct {
	const char *field;
	const char *texts[N_LANGUAGES];
} translations[] = {
	{ "addin_display_name",
		{ "Videobesprechungen", "Réunions vidéo", "Reuniones de vídeo", "Videomøter",
			"Videomøte" } },
	{ "addin_description",
		{ "Macht aus einer Besprechung eine Videobesprechung.",
			"Transforme une réunion en réunion vidéo.",
			"Convierte una reunión en una reunión de vídeo.",
			"Gjør et møte til et videomøte.", "Gjer eit møte til eit videomøte." } },
	{ "addin_group_label",
		{ "Videobesprechung", "Réunion vidéo", "Reunión de vídeo", "Videomøte",
			"Videomøte" } },
	{ "addin_button_label",
		{ "Videobesprechung hinzufügen", "Ajouter une réunion vidéo",
			"Añadir una reunión de vídeo", "Legg til et videomøte",
			"Legg til eit videomøte" } },
	{ "addin_supertip_title",
		{ "Videobesprechung hinzufügen", "Ajouter une réunion vidéo",
			"Añadir una reunión de vídeo", "Legg til et videomøte",
			"Legg til eit videomøte" } },
	{ "addin_supertip_description",
		{ "Setzt die Teilnahmeinformationen eines neuen Videoraums in diese Besprechung.",
			"Insère dans cette réunion les informations de connexion d’une nouvelle "
			"salle vidéo.",
			"Inserta en esta reunión las instrucciones para unirse a una nueva sala "
			"de vídeo.",
			"Setter påloggingsinformasjonen til et nytt videorom inn i dette møtet.",
			"Set påloggingsinformasjonen til eit nytt videorom inn i dette møtet." } },
};

static const char *const *find(const char *field)
{
	for (size_t i = 0; i < sizeof(translations) / sizeof(*translations); i++)
		if (text_equal(translations[i].field, field))
			return translations[i].texts;
	return NULL;
}

void manifest_each_translation(const struct manifest_facts *facts, const char *field,
	void (*fn)(const char *locale, const char *text, void *arg), void *arg)
{
	const struct field *f = record_field(&ms_exchange_connector_type, field);
	const char *const *texts = find(field), *own = field_text(f, facts->connector);
	if (!texts || (!text_empty(own) && !text_equal(own, f->default_text)))
		return;
	for (size_t i = 0; i < sizeof(locales) / sizeof(*locales); i++)
		fn(locales[i].name, texts[locales[i].language], arg);
}
