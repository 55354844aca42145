package catalogue

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"rivgate/relay/probe"
	"rivgate/routing"
	"rivgate/routing/catalogue"
	"rivgate/routing/tak"
	"rivgate/web/shell/wordstest"
)

func TestEveryRuleOfTheCatalogueIsSwedish(t *testing.T) {
	t.Parallel()
	codes := catalogue.ProblemCodes()
	if len(codes) < 25 || len(codes) != len(ruleWords) {
		t.Errorf("%d rules, %d of them in Swedish", len(codes), len(ruleWords))
	}
	english, swedish := map[string]string{}, map[string]string{}
	for _, code := range codes {
		english[string(code)], swedish[string(code)] = code.Text(), ruleWords[code].text
		if ruleWords[code].remedy == "" {
			t.Errorf("%s has no remedy", code)
		}
	}
	wordstest.SameFacts(t, english, swedish)
	for code, field := range ruleFields {
		if _, known := ruleWords[code]; !known || field == "" {
			t.Errorf("%s is no rule", code)
		}
	}
}

func TestEveryHSAIDOfARowHasAWordAndAField(t *testing.T) {
	t.Parallel()
	row := catalogue.Row{
		Kind: catalogue.KindUnit, UnitKind: routing.CareUnit, Region: "01", HSAID: "Å", Provider: "Å", Name: "A",
	}
	way := catalogue.Row{
		Kind: catalogue.KindRoute, Contract: "urn:a", Receiver: "Å", Address: "https://a.example",
		Profile: routing.RIVTABP21, Component: "Å",
	}
	right := catalogue.Row{Kind: catalogue.KindPermission, Contract: "urn:a", Sender: "Å", Receiver: "*"}
	var problems catalogue.Problems
	if err := catalogue.Check([]catalogue.Row{row, way, right}, routing.Rules{}, 20260101); !errors.As(err, &problems) {
		t.Fatal(err)
	}
	seen := map[catalogue.IDRole]bool{}
	for _, p := range problems {
		if role, is := p.Role(); is {
			seen[role] = true
			text, _, field := ruleText(p)
			if field != idFields[role] || text != idWords[role]+" är inget giltigt HSA-id." {
				t.Errorf("%s is told as %q at %q", role, text, field)
			}
		}
	}
	if len(seen) != len(idWords) || len(seen) != len(idFields) {
		t.Errorf("seen are %v, words are there for %v", seen, idWords)
	}
}

func TestWhyACatalogueDoesNotLoadIsSwedish(t *testing.T) {
	t.Parallel()
	wordstest.SameFacts(t, routing.TableProblemWords(), tableWords)
	place := routing.PlaceOf(routing.Row{Contract: "urn:riv:x:SendResponder:1", Receiver: "SE1"}, 0)
	other := routing.PlaceOf(routing.Row{Contract: "urn:riv:x:SendResponder:1", Receiver: "*"}, 1)
	for want, fact := range map[string]routing.TableFact{
		"Katalogen som helhet går inte att ta i bruk: vägvalet Send till SE1 och vägvalet Send till alla (*) leder både in " +
			"i gatewayen och ut till ett system, från 2026-01-01.": routing.NewTableFact("in-and-out", place, other,
			routing.Span{From: 20260101, Until: routing.LastDay}),
		"Katalogen som helhet går inte att ta i bruk: enheten SE1 står ovanför sig själv i HSA-trädet.": routing.NewTableFact(
			"above-itself", "SE1"),
	} {
		got := problemsOf(catalogue.Problems{{Code: "does-not-load", Values: []string{"English"}, Table: fact}}, nil)
		if len(got) != 1 || got[0].Text != want || got[0].Row != "Hela katalogen" || got[0].Detail != "" {
			t.Errorf("told as %+v, not %q", got, want)
		}
	}
}

func TestEveryProblemOfAFileIsSwedish(t *testing.T) {
	t.Parallel()
	texts, remedies := map[string]string{}, map[string]string{}
	for code, word := range fileWords {
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
		},
		{
			Row: "Filens rad 5", Text: `Nyckeln "until" är okänd.`,
			Remedy: "Skriv någon av hsa_id, name, kind, region, provider, attachments, supplements, town, aliases.",
		},
		{
			Row: "Filens rad 5", Text: `until är inget datum: "i dag".`, Remedy: "Skriv dagen som 2026-01-31.",
		},
		{
			Row: "Filens rad 9", Text: `from är inget datum: "i dag".`, Remedy: "Skriv dagen som 2026-01-31.",
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
	wordstest.SameFacts(t, probe.Results(), probeResults)
	wordstest.SameFacts(t, probe.Remedies(), probeRemedies)
}

func TestEveryReasonOfARefusalIsSwedish(t *testing.T) {
	t.Parallel()
	wordstest.SameFacts(t, routing.Causes(), refusalCauses)
	wordstest.SameFacts(t, routing.Remedies(), refusalRemedies)
}
