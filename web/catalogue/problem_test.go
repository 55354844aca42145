package catalogue

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"rivgate/relay"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/routing/tak"
	"rivgate/web/shell/wordstest"
)

func TestEveryRuleOfTheCatalogueIsSwedish(t *testing.T) {
	t.Parallel()
	codes := catalogue.ProblemCodes()
	if len(codes) < 25 || len(codes) != len(ruleWords()) {
		t.Errorf("%d rules, %d of them in Swedish", len(codes), len(ruleWords()))
	}
	for _, code := range codes {
		text, remedy, _ := ruleText(catalogue.Problem{Code: code, Values: []string{"sender", "x"}})
		if strings.HasPrefix(text, "Raden bryter mot") || strings.Contains(text+remedy, "%") || remedy == "Rätta raden." {
			t.Errorf("%s is told as %q, %q", code, text, remedy)
		}
	}
}

func TestEveryProblemOfAFileIsSwedish(t *testing.T) {
	t.Parallel()
	texts, remedies := map[string]string{}, map[string]string{}
	for code, word := range fileWords() {
		texts[code], remedies[code] = word.text, word.remedy
		if word.remedy == "" {
			t.Errorf("%s has no remedy", code)
		}
	}
	wordstest.SameFacts(t, catalogue.FileProblemWords(), texts)
	wordstest.SameFacts(t, catalogue.FileProblemWords(), remedies)
}

func TestEveryNoteOnAFileIsSwedish(t *testing.T) {
	t.Parallel()
	wordstest.SameFacts(t, catalogue.NoteWords(), reportWords)
	row := catalogue.Row{
		Kind: catalogue.KindRoute, Contract: "urn:riv:x:SendResponder:1", Receiver: "SE1", Address: "https://a.example",
		From: 20260101,
	}
	note := catalogue.Note{
		Fact: routing.NewFact("there-until", row.String(), "2026-02-01"), Rows: map[int]catalogue.Row{0: row},
	}
	want := []string{
		"Vägval Send till SE1 går till https://a.example, från 2026-01-01: finns redan till och med 2026-02-01. Den nya " +
			"börjar efter den.",
	}
	if got := reportLines([]catalogue.Note{note}); !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestSeveralProblemsOfAFileAreRows(t *testing.T) {
	t.Parallel()
	file := "units:\n- name: A\n  kind: care_unit\n- hsa_id: SE1\n  until: i dag\nroutes:\n- contract: urn:x:1\n  to: " +
		"SE1\n  from: i dag\n"
	_, err := tak.ReadYAML(strings.NewReader(file), nil)
	got := fileProblems(errors.Join(err, errors.New("something new")))
	want := []rowProblem{
		{
			Row: "Filens rad 2", Text: "Enheten saknar HSA-id.", Remedy: "Skriv det i hsa_id.",
			Detail: "line 2: the unit has no hsa_id",
		},
		{
			Row: "Filens rad 5", Text: `Nyckeln "until" är okänd.`,
			Remedy: "Skriv någon av hsa_id, name, kind, region, provider, attachments, supplements, town, aliases.",
			Detail: `line 5: unknown key "until"; known are hsa_id, name, kind, region, provider, attachments, ` +
				"supplements, town, aliases",
		},
		{
			Row: "Filens rad 5", Text: `until är inget datum: "i dag".`, Remedy: "Skriv dagen som 2026-01-31.",
			Detail: `line 5: until: "i dag" is no date: write it as 2026-01-31`,
		},
		{
			Row: "Filens rad 9", Text: `from är inget datum: "i dag".`, Remedy: "Skriv dagen som 2026-01-31.",
			Detail: `line 9: from: "i dag" is no date: write it as 2026-01-31`,
		},
		{
			Row: "Filen", Text: "Det som står här går inte att läsa.", Remedy: "Rätta det läsaren säger och välj filen igen.",
			Detail: "something new",
		},
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
}

func TestEveryStepOfAConnectionTestIsSwedish(t *testing.T) {
	t.Parallel()
	wordstest.SameFacts(t, relay.ProbeResults(), probeResults)
	wordstest.SameFacts(t, relay.ProbeRemedies(), probeRemedies)
}

func TestEveryReasonOfARefusalIsSwedish(t *testing.T) {
	t.Parallel()
	wordstest.SameFacts(t, routing.Causes(), refusalCauses)
	wordstest.SameFacts(t, routing.Remedies(), refusalRemedies)
}
