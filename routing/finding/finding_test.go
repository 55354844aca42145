package finding_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"rivgate/routing"
	"rivgate/routing/finding"
)

// units are a small catalogue, in no order.
func units() []routing.Unit {
	unit := func(id, name, region, town string, aliases ...string) routing.Unit {
		return routing.Unit{
			HSAID: "SE2010123456-" + id, Name: name, Kind: routing.CareUnit, Region: region, Town: town,
			Aliases: routing.NewNames(aliases),
		}
	}
	return []routing.Unit{
		unit("VC10", "Vårdcentralen Lunden", "01", "Solna"),
		unit("VC01", "Vårdcentralen Björken", "01", "Solna", "Björkens husläkare"),
		unit("VC1", "Vårdcentralen Eken", "01", "Kista"),
		unit("VC02", "Vårdcentralen Björkåsen", "12", "Lund", "Åsens vårdcentral"),
		unit("BVC1", "Barnavårdscentralen Lunds Östra", "12", "Lund", "BVC Öster"),
		unit("BUP1", "Barn- och ungdomspsykiatriska mottagningen", "12", "Malmö", "BUP", "barnpsyk"),
		unit("ORT1", "Ortopedmottagningen", "14", "Göteborg"),
		unit("GOR1", "S:t Görans sjukhus", "01", "Stockholm", "Sankt Göran"),
		unit("LUND", "Lund", "12", ""),
		unit("PN01", "Patientnämnden", "01", ""),
		unit("PN12", "Patientnämnden Skåne", "12", ""),
	}
}

// found are the last parts of the HSA-ids that a query finds, in their order.
func found(x *finding.Index, query string) (ids []string) {
	for f := range x.Find(query) {
		ids = append(ids, strings.TrimPrefix(f.Unit.HSAID, "SE2010123456-"))
	}
	return ids
}

func TestWhatAQueryFinds(t *testing.T) {
	t.Parallel()
	x := finding.New(units())
	for _, c := range []struct{ sentence, query, want string }{
		{"words in any order", "björken vårdcentralen", "VC01"},
		{"without the dots", "vardcentralen bjorken", "VC01"},
		{"with other marks", "várdcentralèn björkèn", "VC01"},
		{"a letter with its mark apart", "bjo\u0308rken", "VC01"},
		{"in capitals", "BJÖRKEN", "VC01"},
		{"beginnings, the shorter name first", "vård bjö", "VC01 VC02"},
		{"a wrong letter", "vårdcentralen björkem", "VC01"},
		{"a letter that is missing", "vårdcentralen bjrken", "VC01"},
		{"a letter too many", "vårdcentralen björkken", "VC01 VC02"},
		{"letters that changed places", "vårdcentralen bjökren", "VC01"},
		{"two mistakes in a long word", "ortopädmotagningen", "ORT1"},
		{"two mistakes in a short word", "xjxrken", ""},
		{"a beginning with a mistake, where nothing else fits", "ortopde", "ORT1"},
		{"a short word is taken as it is", "bux", ""},
		{"a number is taken as it is", "vc99", ""},
		{"an alias", "bup", "BUP1"},
		{"an alias, misspelt", "barnpsik", "BUP1"},
		{"words of name, alias and town", "åsens lund björkåsen", "VC02"},
		{"a name before an alias", "öster", "BVC1"},
		{"the town", "vårdcentral solna", "VC01 VC10"},
		{"a place with a small word", "vårdcentral i Solna", "VC01 VC10"},
		{"the region", "patientnämnd skåne", "PN12"},
		{"the county", "göteborg västra götalands län", "ORT1"},
		{"the same in name, town and more", "lund", "LUND VC02 BVC1 VC10"},
		{"a part of a compound", "barn mottagning", "BUP1"},
		{"saints", "st göran", "GOR1"},
		{"the HSA-id before what holds it", "SE2010123456-VC1", "VC1 VC10 BVC1"},
		{"the HSA-id in another case, with the name", "eken (se2010123456-vc1)", "VC1"},
		{"a part of HSA-ids", "vc0", "VC01 VC02"},
		{"what nobody is called", "tandläkare", ""},
		{"one word of two", "vårdcentralen tandläkare", ""},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			t.Parallel()
			if got := strings.Join(found(x, c.query), " "); got != c.want {
				t.Errorf("%q finds %q, want %q", c.query, got, c.want)
			}
		})
	}
}

func TestHowWellAUnitFits(t *testing.T) {
	t.Parallel()
	x := finding.New(units())
	for query, want := range map[string]finding.Fit{
		"SE2010123456-VC01": finding.ExactID, "Vårdcentralen Björken": finding.WholeName,
		"vardcentralen björken ": finding.WholeName,
		"björken":                finding.Words, "björken vårdcentralen": finding.Words,
		"vårdcentralen björkenn": finding.Misspelt,
		"barn ortopeed":          finding.Misspelt,
	} {
		for f := range x.Find(query) {
			if f.Fit != want {
				t.Errorf("%q: %v fits %d, want %d", query, f.Unit.Name, f.Fit, want)
			}
			break
		}
	}
}

func TestNothingTypedGivesAllInTheirOrder(t *testing.T) {
	t.Parallel()
	x := finding.New(units())
	for _, query := range []string{"", "  ", "–", "()", "\u200b"} {
		got := found(x, query)
		if len(got) != len(units()) || got[0] != "VC10" || got[10] != "PN12" {
			t.Errorf("%q: %v", query, got)
		}
	}
	for range x.Find("") {
		break // the caller may stop
	}
	var none *finding.Index
	if got := found(none, "lund"); got != nil {
		t.Errorf("without an index: %v", got)
	}
	if got := found(finding.New(nil), "lund"); got != nil {
		t.Errorf("without units: %v", got)
	}
}

// edits are words that are one edit away from a word: a letter wrong, missing, too many, or two that changed places.
func edits(word string) (all []string) {
	letters := []rune(word)
	part := func(i int) string { return string(letters[:i]) }
	rest := func(i int) string { return string(letters[i:]) }
	for i := range letters {
		all = append(all, part(i)+rest(i+1), part(i)+"x"+rest(i+1), part(i)+"q"+rest(i), part(i)+string(letters[i])+rest(i))
		if i > 0 {
			all = append(all, part(i-1)+string(letters[i])+string(letters[i-1])+rest(i+1))
		}
	}
	return append(all, word+"z")
}

// TestAnySingleEditStillFinds: whatever words of a unit are typed, in whatever order, with whatever single mistake in
// one that has four letters, the unit is among what is found.
func TestAnySingleEditStillFinds(t *testing.T) {
	t.Parallel()
	x := finding.New(units())
	random := rand.New(rand.NewPCG(1, 2))
	for _, u := range units() {
		words := strings.FieldsFunc(u.Name+" "+u.Town+" "+strings.ReplaceAll(u.Aliases.Words(), ",", " "), func(r rune) bool {
			return r == ' ' || r == '-'
		})
		words = words[:min(len(words), finding.MaxWords)]
		for i, word := range words {
			if len([]rune(word)) < 4 {
				continue
			}
			for _, edited := range edits(word) {
				typed := slices.Clone(words)
				typed[i] = edited
				random.Shuffle(len(typed), func(a, b int) { typed[a], typed[b] = typed[b], typed[a] })
				query := strings.Join(typed, " ")
				if !slices.ContainsFunc(slices.Collect(x.Find(query)), func(f finding.Found) bool { return f.Unit == u }) {
					t.Errorf("%q does not find %s", query, u.Name)
				}
			}
		}
	}
}

// TestTheOrderOfWordsDoesNotCount: every order of the words of a query finds the same units in the same order.
func TestTheOrderOfWordsDoesNotCount(t *testing.T) {
	t.Parallel()
	x := finding.New(units())
	random := rand.New(rand.NewPCG(3, 4))
	pool := strings.Fields("vård björk lund lumd solna barn bvc mottagning vc0 skåne östra patientnmänd åsens i")
	for range 2000 {
		words := make([]string, 1+random.IntN(4))
		for i := range words {
			words[i] = pool[random.IntN(len(pool))]
		}
		one := found(x, strings.Join(words, " "))
		slices.Reverse(words)
		if other := found(x, strings.Join(words, " ")); !slices.Equal(one, other) {
			t.Fatalf("%v finds %v, and in the other order %v", words, other, one)
		}
	}
}

// TestLikeByTheTableOfDistances compares what is found by mistakes with a table of distances for every two words.
func TestLikeByTheTableOfDistances(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	word := func() string {
		letters := make([]byte, 1+random.IntN(11))
		for i := range letters {
			letters[i] = "abc"[random.IntN(3)]
		}
		return string(letters)
	}
	var all []routing.Unit
	for i := range 400 {
		all = append(all, routing.Unit{HSAID: fmt.Sprint("U-", i), Name: word()})
	}
	x := finding.New(all)
	for range 400 {
		typed, hit := word(), map[string]finding.Fit{}
		for f := range x.Find(typed) {
			hit[f.Unit.Name] = f.Fit
		}
		begins := slices.ContainsFunc(all, func(u routing.Unit) bool { return strings.HasPrefix(u.Name, typed) })
		fits := func(u routing.Unit) bool { return within(typed, u.Name, begins) }
		any := slices.ContainsFunc(all, fits)
		for _, u := range all {
			if _, got := hit[u.Name]; fits(u) != got && (any || !got) {
				t.Fatalf("%q and %q: found %t", typed, u.Name, got)
			}
		}
	}
}

// within tells whether a word fits one that was typed, by the plain rules. begins: there are words that begin with it.
func within(typed, word string, begins bool) bool {
	most := 0
	if len(word) >= 4 {
		most = 1
	}
	if len(word) >= 8 && !begins {
		most = 2
	}
	return strings.HasPrefix(word, typed) || len(typed) >= 3 && strings.Contains(word, typed) ||
		distance(typed, word) <= most
}

// distance is the number of edits between two words, as the textbook has it.
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		rows[i][0] = i
	}
	for j := range rows[0] {
		rows[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			change := 1
			if a[i-1] == b[j-1] {
				change = 0
			}
			rows[i][j] = min(rows[i-1][j]+1, rows[i][j-1]+1, rows[i-1][j-1]+change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], rows[i-2][j-2]+1)
			}
		}
	}
	return rows[len(a)][len(b)]
}

// TestHostileQueriesAreBounded: what is long or strange costs no more than what is not, and finds nothing that it
// should not.
func TestHostileQueriesAreBounded(t *testing.T) {
	t.Parallel()
	x := finding.New(units())
	for _, query := range []string{
		strings.Repeat("a", 1<<20), strings.Repeat("björken ", 1<<17), strings.Repeat("\xff", 1<<16), "\x00",
		strings.Repeat("å", 300), strings.Repeat("\u0301", 5000), "björken " + strings.Repeat("x", 1<<16), "%_*?\\",
		"<script>",
	} {
		for range x.Find(query) {
			break
		}
	}
	if got := found(x, strings.Repeat("björken ", 20)); !slices.Equal(got, []string{"VC01"}) {
		t.Errorf("one word many times: %v", got)
	}
	long := "björken" + strings.Repeat(" ", finding.MaxText) + "tandläkare"
	if got := found(x, long); !slices.Equal(got, []string{"VC01"}) {
		t.Errorf("what is beyond the bound counts: %v", got)
	}
}

func FuzzFind(f *testing.F) {
	x := finding.New(units())
	f.Add("vårdcentralen björken")
	f.Add("SE2010123456-VC01")
	f.Add("bjo\u0308rken \xff 1177")
	f.Fuzz(func(t *testing.T, query string) {
		seen := map[string]bool{}
		for found := range x.Find(query) {
			if seen[found.Unit.HSAID] {
				t.Fatalf("%q finds %s twice", query, found.Unit.Name)
			}
			seen[found.Unit.HSAID] = true
		}
		if got := found(x, "björken"); !slices.Equal(got, []string{"VC01"}) {
			t.Fatalf("after %q: %v", query, got)
		}
	})
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	x := finding.New(units())
	done := make(chan []string)
	for range 8 {
		go func() {
			var got []string
			for range 200 {
				got = found(x, "vård bjö")
			}
			done <- got
		}()
	}
	for range 8 {
		if got := <-done; !slices.Equal(got, []string{"VC01", "VC02"}) {
			t.Errorf("%v", got)
		}
	}
}

func TestTheRegionThatATextNames(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"Björken Skåne":                    {"12", "bjorken"},
		"vårdcentralen i region skåne":     {"12", "vardcentralen"},
		"Jönköping akuten":                 {"06", "akuten"},
		"akuten, Västra Götalands län":     {"14", "akuten"},
		"Västra Götaland ögon":             {"14", "ogon"},
		"Västra vårdcentralen":             {}, // no region's own word
		"Skåne":                            {}, // nothing else
		"Kalmar Stockholm mottagningen":    {}, // two
		"Skånes universitetssjukhus hjärt": {},
		"":                                 {},
	} {
		if code, rest := finding.Region(text); code != want[0] || rest != want[1] {
			t.Errorf("%q: region %q, rest %q, want %q", text, code, rest, want)
		}
	}
}
