package probe_test

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"testing"

	"rivgate/relay/probe"
)

// Every code of a connection test that the sources name has words, and none is left over.
func TestEveryStepOfAConnectionTestHasWords(t *testing.T) {
	codes := map[string][]string{}
	for _, file := range []string{"probe.go", "tls.go"} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, call := range regexp.MustCompile(`\b(found|todo)\("([a-z-]+)"`).FindAllStringSubmatch(string(source), -1) {
			codes[call[1]] = append(codes[call[1]], call[2])
		}
	}
	// What the gateway's own certificate is like is said in one code with what the system asks for.
	codes["found"] = append(codes["found"], "valid-not-named", "valid-not-asked")
	for name, words := range map[string]map[string]string{"found": probe.Results(), "todo": probe.Remedies()} {
		slices.Sort(codes[name])
		if said, known := slices.Compact(codes[name]), slices.Sorted(maps.Keys(words)); !slices.Equal(said, known) {
			t.Errorf("%s: the sources have %q, the words %q", name, said, known)
		}
	}
}
