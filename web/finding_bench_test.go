package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"rivgate/routing"
)

// findMost is how long a search of a citizen's may take, at the median, among benchUnits units.
const (
	findMost   = 20 * time.Millisecond
	benchUnits = 100_000
)

// manyUnits is a table of so many units of 21 regions, each with its board and each unit with its own route to the
// inbox.
func (w *world) manyUnits(count int) *routing.Table {
	w.t.Helper()
	send, giveBack := w.Relay.Contracts.Send().Contract, w.Relay.Contracts.Return().Contract
	kinds := strings.Fields("Vårdcentralen Barnavårdscentralen Ortopedmottagningen Hudkliniken Ögonmottagningen " +
		"Ungdomsmottagningen Rehabmottagningen Akutmottagningen Geriatriken Kvinnokliniken")
	begin := strings.Fields("Björk Ek Lind Gran Alm Ask Hassel Rönn Sten Berg Sjö Älv Strand Vik Kyrk Slott Kvarn Bruks " +
		"Torp Lund Skog Ängs Norr Söder Öster Väster")
	middle := strings.Fields("a e o ar er ing nor mar ber gar set vis tun hol dal mo ra sta fors vad nes lö hed kil")
	end := strings.Fields("en torp by hult köping stad vik näs ås lunda fors dal berg borg holm tuna red löv sund kulla")
	c := routing.Catalogue{Permissions: []routing.Permission{
		{Contract: send, Sender: portal, Receiver: "*"},
		{Contract: send, Sender: gateway, Receiver: "*"},
		{Contract: giveBack, Sender: gateway, Receiver: portal},
	}}
	add := func(u routing.Unit) {
		c.Units = append(c.Units, u)
		c.Routes = append(c.Routes, routing.Row{Contract: send, Receiver: u.HSAID, Address: routing.AddressInbox})
	}
	regions := []string{
		"01", "03", "04", "05", "06", "07", "08", "09", "10", "12", "13", "14", "17", "18", "19", "20", "21",
		"22", "23", "24", "25",
	}
	for _, region := range regions {
		add(routing.Unit{
			HSAID: "SE2323-PN" + region, Name: "Patientnämnden " + region, Kind: routing.PatientBoard, Region: region,
		})
	}
	of := func(words []string, n int) string { return words[n%len(words)] }
	for i := range count {
		name := of(kinds, i) + " " + of(begin, i*7) + of(middle, i/3) + of(end, i/11)
		u := routing.Unit{
			HSAID: fmt.Sprintf("SE2323-U%06d", i), Name: name, Kind: routing.CareUnit, Region: of(regions, i),
			Town: of(begin, i/5) + of(end, i/2),
		}
		if i%5 == 0 {
			u.Aliases = routing.NewNames([]string{of(begin, i) + of(middle, i) + " husläkare"})
		}
		add(u)
	}
	table, err := routing.NewTable(c, routing.Rules{
		Durable: w.Relay.Contracts.Durable, SendContract: send, ReturnContract: giveBack, PortalAddress: portal, Own: gateway,
	})
	must(w.t, "building the table", err)
	return table
}

// TestUnitsAreFoundAmongMany measures the search of a citizen over HTTP among 100 000 units: the page /submit and
// /api/receivers, by what people type. BENCH_PAGES=1 runs it; BENCH_UNITS is another number of units.
func TestUnitsAreFoundAmongMany(t *testing.T) {
	if os.Getenv("BENCH_PAGES") == "" {
		t.Skip("a measurement: BENCH_PAGES=1 go test ./web -run TestUnitsAreFoundAmongMany -v")
	}
	count := benchUnits
	if n, err := strconv.Atoi(os.Getenv("BENCH_UNITS")); err == nil {
		count = n
	}
	w := newWorld(t)
	began := time.Now()
	table := w.manyUnits(count)
	w.Relay.Table = func() *routing.Table { return table }
	w.Relay.IndexUnits()
	t.Logf("%d units: the table and its index took %v", count, time.Since(began))
	w.run()
	some := table.Units()[min(4711, count-1)]
	name := strings.Fields(some.Name)
	for _, c := range []struct {
		typed, region string
		none          bool // nothing fits
	}{
		{typed: some.HSAID},
		{typed: some.Name},
		{typed: name[1] + " " + name[0]},
		{typed: "vrdcentralen", region: "12"},
		{typed: name[0][:len(name[0])-4] + " " + some.Town},
		{typed: "vårdcentralen"},
		{typed: "v"},
		{typed: "husläkare", region: "25"},
		{typed: "zzqx wwqx kkqx", none: true},
		{typed: "", region: "12"},
	} {
		query := url.Values{"q": {c.typed}, "region": {c.region}}.Encode()
		for _, path := range []string{"/submit?", "/api/receivers?"} {
			var times []time.Duration
			var r reply
			for range benchAttempts {
				req := w.request(http.MethodGet, path+query, nil)
				began := time.Now()
				r = w.do(req)
				times = append(times, time.Since(began))
			}
			if r.status != http.StatusOK || strings.Contains(r.body, "SE2323-U") == c.none {
				t.Errorf("%s%s: %d, and not what is looked for\n%.2000s", path, query, r.status, main(r.body))
			}
			slices.Sort(times)
			t.Logf("| `%s` %s | %s | %.1f | %.1f | %d |", path, c.typed, c.region, times[0].Seconds()*1e3,
				times[len(times)/2].Seconds()*1e3, (len(r.body)+1023)/1024)
			if times[0] > findMost || len(r.body) > biggest { // at best: others may be at work on the machine
				t.Errorf("%s%s: %v at best, %d bytes", path, query, times[0], len(r.body))
			}
		}
	}
}
