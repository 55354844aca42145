package routing_test

import (
	"encoding/json"
	"testing"

	"go.yaml.in/yaml/v3"

	"rivgate/routing"
)

func TestNamesAreOneValueHoweverTheyAreWritten(t *testing.T) {
	for _, c := range []struct {
		sentence   string
		one, other []string
		words      string
	}{
		{"none", nil, []string{"", "  ", "\n"}, ""},
		{"order does not count", []string{"b", "a"}, []string{"a", "b"}, "a, b"},
		{"twice is once", []string{"a", "a"}, []string{"a"}, "a"},
		{"blanks do not count", []string{" BVC \n Öster\t"}, []string{"BVC Öster"}, "BVC Öster"},
	} {
		t.Run(c.sentence, func(t *testing.T) {
			one, other := routing.NewNames(c.one), routing.NewNames(c.other)
			if one != other || one.Words() != c.words {
				t.Errorf("%q and %q, %q", one, other, one.Words())
			}
			if again := routing.NewNames(one.List()); again != one {
				t.Errorf("%q becomes %q", one, again)
			}
		})
	}
}

func TestNamesAsJSONAndYAML(t *testing.T) {
	type holder struct {
		Names routing.Names `json:"names,omitempty" yaml:"names,omitempty,flow"`
	}
	names := holder{routing.NewNames([]string{"BVC Öster", "a: b", "1177"})}
	text, err := json.Marshal(names)
	if want := `{"names":["1177","BVC Öster","a: b"]}`; err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
	var back holder
	if err := json.Unmarshal(text, &back); err != nil || back != names {
		t.Errorf("%+v, %v", back, err)
	}
	if err := json.Unmarshal([]byte(`{"names":"one"}`), &back); err == nil {
		t.Error("a text is taken for a list")
	}
	if text, err := json.Marshal(holder{}); err != nil || string(text) != "{}" {
		t.Errorf("none: %s, %v", text, err)
	}
	text, err = yaml.Marshal(names)
	if want := "names: [\"1177\", BVC Öster, 'a: b']\n"; err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
	back = holder{}
	if err := yaml.Unmarshal(text, &back); err != nil || back != names {
		t.Errorf("%+v, %v", back, err)
	}
}

func TestCountyCodes(t *testing.T) {
	for code := range routing.RegionNames() {
		if !routing.IsRegion(code) {
			t.Errorf("%q has not the form of a code", code)
		}
	}
	for _, text := range []string{"", "1", "001", "0x", "åä", "1 "} {
		if routing.IsRegion(text) {
			t.Errorf("%q has the form of a code", text)
		}
	}
}
