package finding_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"rivgate/routing"
	"rivgate/routing/finding"
)

// large is a catalogue with names that are made of the parts that Swedish ones have: some 60 000 different words.
func large(count int) []routing.Unit {
	random := rand.New(rand.NewPCG(7, 8))
	pick := func(words []string) string { return words[random.IntN(len(words))] }
	kinds := strings.Fields("Vårdcentralen Barnavårdscentralen Barnmorskemottagningen Ortopedmottagningen Hudkliniken " +
		"Ögonmottagningen Ungdomsmottagningen Folktandvården Rehabmottagningen Psykiatrimottagningen Hjärtkliniken " +
		"Akutmottagningen Geriatriken Habiliteringen Röntgenavdelningen Kvinnokliniken Medicinmottagningen Hörselvården")
	begin := strings.Fields("Björk Ek Lind Gran Tall Alm Ask Hassel Rönn Lönn Sten Berg Sjö Älv Å Ö Strand Vik Ham Kyrk " +
		"Slott Kvarn Bruks Torp Lund Skog Ängs Norr Söder Öster Väster Mellan Över Ytter Inner Stor Lill Ny Gammel Kungs " +
		"Drottning")
	middle := strings.Fields("a e o s ar er ing nor mar ber gar set vis tun hol dal mo ra sta bo by " +
		"fors vad nes lö hed kil")
	end := strings.Fields("en ens a torp by hult köping stad vik näs ås lunda sjö fors dal berg borg " +
		"holm tuna red löv sund kulla")
	towns := make([]string, 1500)
	for i := range towns {
		towns[i] = pick(begin) + pick(middle) + pick(end)
	}
	regions := []string{"01", "03", "04", "05", "06", "08", "12", "13", "14", "17", "20", "21", "24", "25"}
	units := make([]routing.Unit, count)
	for i := range units {
		name := pick(kinds) + " " + pick(begin) + pick(middle) + pick(middle) + pick(end)
		if i%3 == 0 {
			name += " " + pick([]string{"Centrum", "Norra", "Södra", "Östra", "Västra"})
		}
		units[i] = routing.Unit{
			HSAID: fmt.Sprintf("SE23%08d-%05d", random.IntN(40), i), Name: name, Kind: routing.CareUnit, Region: pick(regions),
			Town: pick(towns),
		}
		if i%5 == 0 {
			units[i].Aliases = routing.NewNames([]string{pick(begin) + pick(middle) + " husläkare"})
		}
	}
	return units
}

// BenchmarkFind100000 is the search of a citizen among 100 000 units: the first fifty of what fits, as the page asks
// for. p50-ms is the median of single searches, and p50-cpu-ms that of the
// processor time that they took, which others on the machine do not change much.
func BenchmarkFind100000(b *testing.B) {
	units := large(100_000)
	x := finding.New(units)
	some := units[4711]
	name := strings.Fields(some.Name)
	for _, c := range []struct{ name, query string }{
		{"one word that many have", "vårdcentralen"},
		{"one letter", "v"},
		{"name", some.Name},
		{"name and town, misspelt", "vrdcentralen " + wrong(name[1]) + " " + wrong(some.Town)},
		{"long words, two mistakes each", "barnavrdscentralenn ortopedmotagningan ungdomsmotagninge"},
		{"HSA-id", some.HSAID},
		{"nothing fits", "tandläkare utanför katalogen"},
		{
			"eight words, all of them strange",
			"abcdefghij klmnopqrst qwertyuiop asdfghjklö zxcvbnmåäö aaaaaaaaaa bbbbbbbbbb cccccccccc",
		},
		{"eight beginnings", "v b o h u f r p"},
		{"two hundred letters", strings.Repeat("a", 200)},
	} {
		b.Run(c.name, func(b *testing.B) {
			var took, worked []time.Duration
			for b.Loop() {
				started, before, n := time.Now(), processor(), 0
				for range x.Find(c.query) {
					if n++; n == 50 {
						break
					}
				}
				took, worked = append(took, time.Since(started)), append(worked, processor()-before)
			}
			b.ReportMetric(median(took), "p50-ms")
			b.ReportMetric(median(worked), "p50-cpu-ms")
		})
	}
}

// median is the one in the middle, in milliseconds.
func median(times []time.Duration) float64 {
	slices.Sort(times)
	return float64(times[len(times)/2].Microseconds()) / 1000
}

// processor is the processor time of this process.
func processor() time.Duration {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// wrong is a word with its third letter left out.
func wrong(word string) string {
	letters := []rune(word)
	return string(letters[:2]) + string(letters[3:])
}

// BenchmarkIndex100000 is what an index costs: to build, and to keep.
func BenchmarkIndex100000(b *testing.B) {
	units := large(100_000)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x := finding.New(units)
	for range x.Find("vårdcentralen") {
		break // and what is kept from one search to the next
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	for b.Loop() {
		x = finding.New(units)
	}
	b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/(1<<20), "kept-MB")
	runtime.KeepAlive(x)
}
