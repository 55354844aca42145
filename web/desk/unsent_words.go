package desk

import (
	"rivgate/contracts"
	"rivgate/relay"
	"rivgate/routing"
)

// unsentWord is why the line did not take an answer, for its writer; "" for none. What the contract does not allow has
// words for each field.
func unsentWord(why routing.Fact) string {
	if why.Code == relay.UnsentContract && len(why.Values) == 3 {
		refused := contracts.Error{SubCode: why.Values[0], Class: contracts.SchemaClass(why.Values[1]), Path: why.Values[2]}
		return refused.ForPeople()
	}
	return why.Words(unsentWords)
}

// unsentWords are the words for the codes of relay.UnsentWords.
var unsentWords = map[string]string{
	relay.UnsentContract: "Svaret går inte att skicka som det är ifyllt.",
	relay.UnsentChanged:  "Ärendet ändrades innan svaret hann skickas. Läs det nya och skicka svaret igen.",
	relay.UnsentGone:     "Ärendet finns inte längre hos enheten.",
	relay.UnsentNoRoute:  "Det finns ingen väg till 1177 i katalogen just nu ({1}).",
}
