package identity_test

import (
	"slices"
	"testing"

	"rivgate/contracts/identity"
)

// What looks like a number in the middle of an id is a part of the id.
func TestAnIdIsOneWord(t *testing.T) {
	for _, id := range []string{
		"k1-4bac9553-2848-40da-bc31-3507915559fd", "k1-9f991131-8262-45c2-83e3-794870fb4f09",
		"k1-2e1ef73e-df6d-4d77-a318-2311011655d9",
	} {
		if words := identity.Words(id); !slices.Equal(words, []string{id}) {
			t.Errorf("%s: %q", id, words)
		}
	}
	if words := identity.Words("Tolvan 19121212-1212, Test"); !slices.Equal(words, []string{
		"tolvan", "191212121212", "test",
	}) {
		t.Errorf("%q", words)
	}
}
