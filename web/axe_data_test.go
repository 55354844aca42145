package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"rivgate/relay"
	"rivgate/routing/catalogue"
	"rivgate/store"
)

// furnished is a world with something on every page: what stands for the wildcards of its patterns, by their beginning,
// and pages that need more than an address.
func furnished(t *testing.T) (w *world, names map[string]map[string]string, more []visit) {
	t.Helper()
	w = keeps(t)
	for _, who := range everybody() {
		if who != nobody {
			w.cookie(who)
		}
	}
	first := w.submit(clinic, "Tolvan Test", "Ingen ringde upp.")
	w.as("hanna")
	w.saves("/phrases", url.Values{
		"unit": {clinic}, "kind": {"reply"}, "title": {"Tack"}, "text": {"Tack för din synpunkt."}, "position": {"1"},
	})
	w.act(first, "reply", url.Values{"text": {"Vi läser din journal."}})
	w.act(first, "question", url.Values{"text": {"Vilket nummer ringde du?"}, "due": {"2026-03-20"}})
	other1 := w.submit(clinic, "Tora Test", "Väntade länge.")
	w.act(other1, "close", url.Values{"text": {"Tack."}, "problem": {"3.4"}, "area": {"3"}})
	childs := w.childsCase()
	boards := w.submit(board, "Tolvan Test", "Sårande bemötande.")
	w.submit(hospital, "Tolvan Test", "Provsvaren kom aldrig.")
	parked := w.attempted(store.Attempt{
		Outcome: store.OutcomeRefused, Class: "fault-client", Code: "VP007", Answer: []byte(faultAnswer),
	})
	w.submit(hospital, "Tolvan Test", "Provsvaren kom aldrig, igen.")

	w.Later = relay.NewReplyOutbox(w.Relay, time.Hour)
	w.serve()
	staged := url.Values{
		"version": {version(t, w.page("/inbox/"+childs))}, "text": {"Ett svar som väntar."}, "do": {"send"}, "draft": {"0"},
		"unchecked": {"Brådskar"},
	}
	if r := w.post("/inbox/"+childs+"/reply", staged); r.status != http.StatusSeeOther {
		t.Fatalf("staging an answer: %d\n%s", r.status, main(r.body))
	}
	w.as("vera")
	w.post("/inbox/"+first+"/draft/reply", url.Values{
		"text": {"Veras utkast"}, "draft": {"0"}, "version": {version(t, w.page("/inbox/"+first))},
	})
	w.as("")
	page := w.page("/catalogue/rows/new?kind=route")
	w.saves("/catalogue/rows", url.Values{
		"kind": {"route"}, "revision": {revision(t, page)}, "contract": {"SendComplaint"}, "receiver": {lonely},
		"address": {"https://system.example/send"}, "component": {system}, "profile": {"RIVTABP21"},
	})
	row := w.rowID(catalogue.KindUnit, "Granen")

	w.as("nina")
	w.postFiles("/inbox/"+boards+"/board/opinion", opinion("Vi beklagar."), upload{"yttrande.pdf", pdfFile()})
	// "", inbox, case, notes, note, number
	note := strings.Split(noteLink(t, w.page("/inbox/"+boards), "yttrande.pdf"), "/")
	asked := w.asksFor(boards)
	w.as("vera") // an answer under way, which is reviewed
	expectRedirect(t, w.post("/opinions/"+asked+"/draft", url.Values{
		"version": {"1"}, "text": {"Vi beklagar."}, "do": {"review"},
	}), "/opinions/"+asked+"?review")
	w.as("greta")
	sample := w.post("/review", url.Values{"do": {"sample"}, "n": {"5"}}).header.Get("Location")
	w.as("")
	files := map[string]string{"id": childs, "message": messageOf(t, w, childs, store.EventComplaint), "n": "0"}
	names = map[string]map[string]string{
		"/inbox/": {"id": first, "form": "reply"}, "/inbox/{id}/files/": files,
		"/inbox/{id}/board/": {"id": boards, "n": "1"}, "/inbox/{id}/notes/": {"id": boards, "note": note[4], "n": "1"},
		"/opinions/": {"id": asked},
		"/mailbox/":  files, "/monitor/deliveries/": {"id": parked[0]}, "/faults/": {"id": parked[0]},
		"/exchange/":       {"id": parked[0]},
		"/catalogue/rows/": {"id": row}, "/catalogue/versions/": {"number": "1"},
		"/review/samples/": {"number": sample[strings.LastIndexByte(sample, '/')+1:]},
	}
	return w, names, append(w.otherStates(first, other1, childs, boards, parked[0]),
		w.mistakes(first, childs, boards, row, asked)...)
}

// asksFor is a board that asks the clinic for its opinion of a case: the id of the request.
func (w *world) asksFor(id string) string {
	w.t.Helper()
	w.boardAct(id, "consent", url.Values{
		"unit": {clinic}, "who": {"Tolvan Test"}, "day": {"2026-03-01"}, "how": {"per telefon"}, "scoped": {"1"},
		"scope": {"vad anmälaren skriver"},
	})
	expectRedirect(w.t, w.post("/inbox/"+id+"/board/request", url.Values{
		"unit": {clinic}, "text": {"Yttra er om bemötandet."}, "due": {"2026-03-20"},
	}), "/inbox/"+id+"/board?done=asked")
	asked, err := w.Relay.Store.Opinions(w.t.Context(), []string{clinic}, 0)
	if err != nil || len(asked) != 1 {
		w.t.Fatal(len(asked), err)
	}
	return asked[0].ID
}

// asked is the id of the one request for an opinion.
func (w *world) asked() string {
	w.t.Helper()
	all, err := w.Relay.Store.Opinions(w.t.Context(), []string{clinic}, 0)
	if err != nil || len(all) != 1 {
		w.t.Fatal(len(all), err)
	}
	return all[0].ID
}

// childsCase is a case that a proxy sent for a child, with authority stated and a file.
func (w *world) childsCase() string {
	w.t.Helper()
	r := w.postFile("/submit", url.Values{
		"unit": {clinic}, "reporter": {tolvan}, "name": {"Tolvan Test"}, "role": {"PROXY"}, "patient": {child},
		"patientname": {"Barnet Test"},
		"authority":   {"yes"}, "date": {"2026-02-20"}, "text": {"Vi väntade i fyra timmar."}, "reply": {"yes"},
	}, "anteckning.txt", []byte("Text"))
	if r.status != http.StatusSeeOther {
		w.t.Fatalf("%d\n%s", r.status, main(r.body))
	}
	return strings.TrimSuffix(strings.TrimPrefix(r.header.Get("Location"), "/mailbox/"), "?done=submit")
}

// otherStates are pages in states that their bare address does not show.
func (w *world) otherStates(first, closed, childs, boards, delivery string) (all []visit) {
	for who, paths := range map[string][]string{
		"hanna": {
			"/inbox?queue=finished", "/inbox?queue=ongoing", "/inbox?queue=mine", "/inbox?problem=3", "/inbox/" + closed,
			"/inbox/" + childs, "/inbox/" + first + "?print=1", "/inbox/" + first + "?done=reply",
			"/submit?unit=" + clinic, "/submit?unit=" + board, "/submit?q=ingen+alls", "/mailbox/" + childs,
			"/mailbox/" + closed,
			"/statistics?by=age", "/statistics?by=received", "/statistics?by=unit&by2=received",
		},
		"nina": {"/inbox/" + boards},
		"olle": {
			"/monitor?state=parked", "/monitor/deliveries?since=x", "/monitor/order?verb=replay&receiver=" + hospital,
			"/monitor/order?verb=pause&receiver=" + hospital, "/monitor/order?verb=maintenance", "/monitor/order?verb=redirect",
		},
		"iris": {
			"/catalogue?q=ingenstans", "/catalogue?way=none", "/catalogue/rows/new?kind=unit",
			"/catalogue/rows/new?kind=permission", "/catalogue/move?unit=" + other,
			"/resolve?" + url.Values{"contract": {"SendComplaint"}, "to": {lonely}, "from": {portal}}.Encode(),
			"/faults?code=VP007", "/nowhere",
		},
	} {
		for _, path := range paths {
			v := visit{who: who, path: path}
			switch path {
			case "/nowhere":
				v.status = http.StatusNotFound
			case "/monitor/deliveries?since=x":
				v.status = http.StatusUnprocessableEntity
			}
			all = append(all, v)
		}
	}
	return append(all, visit{who: nobody, path: "/inbox/" + first},
		visit{who: "hanna", path: "/opinions/" + w.asked() + "?review"},
		visit{who: "nina", path: "/inbox/" + boards + "/board/request/1"},
		visit{who: "hanna", path: "/mailbox/" + first + "/withdraw"},
		visit{who: "hanna", path: "/mailbox/" + closed + "?done=withdraw"},
		visit{who: "hanna", path: "/inbox", fields: url.Values{"q": {"Tolvan"}}},
		visit{who: "hanna", path: "/inbox", fields: url.Values{"q": {"ingen alls"}}})
}

// mistakes are forms that are refused.
func (w *world) mistakes(first, childs, boards, row, asked string) []visit {
	w.as("hanna")
	page := w.page("/inbox/" + first)
	seen, desk := version(w.t, page), between(w.t, page, `name="desk" value="`, `"`)
	childsDesk := deskVersion(w.t, w.page("/inbox/"+childs))
	w.as("")
	no := func(who, path string, fields url.Values) visit {
		return visit{who: who, path: path, fields: fields, status: http.StatusUnprocessableEntity}
	}
	refused := []visit{
		no("hanna", "/inbox/"+first+"/reply", url.Values{"version": {seen}, "text": {""}}),
		no("hanna", "/inbox/"+first+"/question", url.Values{"version": {seen}, "text": {"Fråga?"}, "due": {"2026-02-31"}}),
		no("hanna", "/inbox/"+first+"/close", url.Values{"version": {seen}, "text": {""}, "area": {"77"}}),
		no("hanna", "/inbox/"+first+"/forward", url.Values{"version": {seen}, "unit": {"SE2010123456-XX99"}}),
		no("hanna", "/inbox/"+first+"/desk/note", url.Values{"desk": {desk}, "text": {""}}),
		no("hanna", "/inbox/"+first+"/desk/park", url.Values{"desk": {desk}, "until": {"2020-01-01"}}),
		no("hanna", "/inbox/"+childs+"/desk/authority", url.Values{"desk": {childsDesk}, "do": {"state"}}),
		no("hanna", "/inbox/"+childs+"/desk/takeover", url.Values{"desk": {childsDesk}, "reporter": {"1234"}}),
		no("hanna", "/inbox/"+childs+"/question", url.Values{"version": {seen}, "text": {"Fråga?"}}),
		no("hanna", "/opinions/"+asked+"/draft", url.Values{"version": {"1"}, "text": {""}}),
		no("hanna", "/begin", url.Values{"unit": {clinic}, "number": {"none"}, "reporter": {tolvan}}),
		no("adam", "/registration/series", url.Values{"of": {clinic}, "version": {"0"}, "pattern": {"SYN"}}),
		no("nina", "/inbox/"+boards+"/board/consent", url.Values{"unit": {"ingen"}, "day": {"2099-01-01"}}),
		no("nina", "/inbox/"+boards+"/board/request", url.Values{"unit": {hospital}, "due": {"2020-01-01"}}),
		no("hanna", "/mailbox/"+first+"/supplement", url.Values{"text": {""}}),
		no("hanna", "/mailbox/"+childs+"/withdraw", url.Values{"reason": {strings.Repeat("å", 20001)}}),
		no("hanna", "/phrases", url.Values{"unit": {clinic}, "kind": {"nonsense"}}),
		no("hanna", "/submit", url.Values{"unit": {clinic}, "role": {"X"}}),
		no("hanna", "/account/password", url.Values{"old": {"x"}}),
		no("gunde", "/review", url.Values{"patient": {"1234"}, "from": {"i går"}, "do": {"sample"}, "n": {"0"}}),
		no("olle", "/monitor/order", url.Values{"verb": {"pause"}, "receiver": {hospital}, "count": {"2"}}),
		no("iris", "/catalogue/rows", url.Values{
			"kind": {"route"}, "revision": {"2"}, "contract": {"SendComplaint"}, "address": {"ftp://x"}, "from": {"2026-04-31"},
		}),
		no("iris", "/catalogue/rows/"+row+"/end", url.Values{"revision": {"2"}}),
		no("iris", "/catalogue/move", url.Values{
			"unit": {clinic}, "revision": {"2"}, "do": {"show"}, "profile": {"RIVTABP21"}, "from": {"2026-03-10"},
		}),
		no("iris", "/catalogue/draft/publish", url.Values{"revision": {"2"}}),
		{
			who: nobody, path: "/signin", fields: url.Values{"account": {"vera"}, "password": {"fel"}},
			status: http.StatusUnprocessableEntity,
		},
	}
	return refused
}
