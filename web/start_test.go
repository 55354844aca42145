package web_test

import (
	"testing"
	"time"
)

func TestStartSpeaksToEachRole(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.submit(clinic, "Ada Test", "Text")
	w.submit(board, "Pia Test", "Text")
	for _, c := range []struct {
		who   string
		shows []string
		not   []string
	}{
		{
			"vera",
			[]string{
				"Hej Vera Test", "Inkorgen", `href="/inbox?queue=new"><span class="number">1</span>`, "Mina", "/begin",
				"Standardsvar", "Statistik", `href="/registration"><span class="number">1</span> <span>Öppna utan diarienummer`,
			},
			[]string{"Leveranser", "Adresskatalogen", "Saknar enhet", "Granska loggen"},
		},
		{
			"mia",
			[]string{"Fördela de nya ärendena", `<span class="number">1</span>`},
			[]string{"/begin", "Standardsvar", "<span>Mina</span>", "diarienummer", "Begäran om yttrande"},
		},
		{"nina", []string{"Patientnämnden", "Saknar enhet", "Årlig export", "/begin"}, []string{"Leveranser"}},
		{"adam", []string{"Innehållet i dem visas inte för dig", "Standardsvar"}, []string{"/begin"}},
		{"iris", []string{"Adresskatalogen", "Enheter utan vägval", "Varför?", "Fellista"}, []string{"Inkorgen"}},
		{"olle", []string{"Leveranser", "Parkerade", "Läget just nu"}, []string{"Inkorgen", "Enheter utan vägval"}},
		{"greta", []string{"Loggkontroll", "Granska loggen"}, []string{"Inkorgen", "Leveranser"}},
		{"none", []string{"Du har ingen roll här än."}, []string{"Inkorgen", "Leveranser", "Loggkontroll"}},
	} {
		w.as(c.who)
		page := main(w.page("/"))
		has(t, page, c.shows...)
		hasNot(t, page, append(c.not, "Ada Test", "Pia Test")...)
	}
}

func TestStartTellsOfLateCases(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.submit(clinic, "Ada Test", "Text")
	w.as("vera")
	hasNot(t, w.page("/"), "Dina försenade")
	if r := w.post("/inbox/"+id+"/desk/take", map[string][]string{"desk": {"0"}}); r.status != 303 {
		t.Fatalf("taking: %d", r.status)
	}
	w.pass(30 * 24 * time.Hour)
	has(t, w.page("/"), `<li class="worry"><a href="/inbox?queue=mine"><span class="number">1</span> <span>Dina försenade`)
}
