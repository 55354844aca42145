package catalogue

import (
	"fmt"
	rand "math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rivgate/routing"
	"rivgate/routing/catalogue"
)

func someRows(n int) []catalogue.Row {
	rows := make([]catalogue.Row, n)
	for i := range rows {
		id := fmt.Sprintf("SE2010123456-U%03d", i)
		rows[i] = catalogue.Row{
			ID: fmt.Sprint("row", i), Kind: catalogue.KindUnit, HSAID: id, Name: "Enhet Å" + id, UnitKind: routing.CareUnit,
			Region: "01",
		}
		if i%3 == 0 {
			rows[i] = catalogue.Row{
				ID: fmt.Sprint("row", i), Kind: catalogue.KindRoute, Contract: "urn:x:SendComplaintResponder:1", Receiver: id,
				Address: routing.AddressInbox,
			}
		}
	}
	return rows
}

// TestWordsOfRowsAfterAnEdit: the words that are taken from the state before are those that the rows have, whatever was
// done to them.
func TestWordsOfRowsAfterAnEdit(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	before := textsOf(&catalogueRows{All: someRows(60)}, nil)
	for round := range 200 {
		rows := slices.Clone(before.of.All)
		for range 1 + random.IntN(3) {
			i := random.IntN(len(rows))
			switch random.IntN(4) {
			case 0:
				rows = slices.Delete(rows, i, i+1)
			case 1:
				rows[i].Name, rows[i].Until = fmt.Sprint("Nytt ", round), 20991231
			case 2:
				rows = slices.Insert(rows, i, catalogue.Row{
					ID: fmt.Sprint("new", round, i), Kind: catalogue.KindComponent, HSAID: "SE2010123456-AVV",
				})
			case 3:
				j := random.IntN(len(rows))
				rows[i], rows[j] = rows[j], rows[i]
			}
		}
		c := &catalogueRows{All: rows}
		quick, slow := textsOf(c, before), textsOf(c, nil)
		if quick.text != slow.text || !slices.Equal(quick.ends, slow.ends) {
			t.Fatalf("round %d: the words are\n%q, want\n%q", round, quick.text, slow.text)
		}
		before = quick
		if len(rows) < 20 {
			before = textsOf(&catalogueRows{All: someRows(60)}, nil)
		}
	}
}

func TestRowsAreFoundByTheirWords(t *testing.T) {
	t.Parallel()
	c := &catalogueRows{All: someRows(60)}
	words := textsOf(c, nil)
	for _, text := range []string{
		"u01", "enhet å", "ENHET Å", "SendComplaint till", "går till", "u059", "region 01", "no such words", "\x00",
		"1\x00se",
	} {
		var want []int
		for i, e := range c.All {
			if strings.Contains(rowText(e), strings.ToLower(text)) {
				want = append(want, i)
			}
		}
		if got := slices.Collect(words.found(text)); !slices.Equal(got, want) {
			t.Errorf("%q is found in %v, want %v", text, got, want)
		}
	}
	for range words.found("u0") {
		break // who has seen enough goes
	}
}

// TestKeptStatesOfTheCatalogue: the last ones are kept, and no more.
func TestKeptStatesOfTheCatalogue(t *testing.T) {
	t.Parallel()
	var k keptCatalogue
	for i := range int64(10) {
		k.keep(i, 0, someRows(1))
		k.keep(0, 7, someRows(2)) // the draft stays in use
	}
	if len(k.rows) != rowsMost || k.find(0, 7) == nil || k.find(9, 0) == nil || k.find(3, 0) != nil {
		t.Errorf("%d states are kept", len(k.rows))
	}
	if first, again := k.keep(9, 0, nil), k.find(9, 0); first != again || len(again.All) != 1 {
		t.Error("who came second changed what is kept")
	}
}
