package desk

import (
	"testing"

	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/routing"
)

func TestEveryReasonWhyAnAnswerDidNotLeaveIsSwedish(t *testing.T) {
	t.Parallel()
	english := relay.UnsentWords()
	for code, words := range english {
		if unsentWords[code] == "" || unsentWords[code] == words {
			t.Errorf("%s has the words %q", code, unsentWords[code])
		}
	}
	if len(english) != len(unsentWords) {
		t.Errorf("%d codes, %d of them in Swedish", len(english), len(unsentWords))
	}
	for fact, want := range map[string]string{
		unsentWord(
			routing.NewFact(relay.UnsentNoRoute, "VP004"),
		): "Det finns ingen väg till 1177 i katalogen just nu (VP004).",
		unsentWord(
			routing.NewFact(relay.UnsentContract, contracts.SubTextMissing, "", "update/answer/text"),
		): "Skriv ditt svar.",
		unsentWord(routing.Fact{}): "",
	} {
		if fact != want {
			t.Errorf("%q, want %q", fact, want)
		}
	}
}
