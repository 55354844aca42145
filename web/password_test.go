package web_test

import (
	"strings"
	"testing"

	"rivgate/web/shell"
)

func TestPasswordsThatAreGuessedAreRefused(t *testing.T) {
	t.Parallel()
	for _, password := range []string{
		"password1234", "Sommaren2026!", "Vårdcentralen1177", "hanna.svensson1", "aaaaaaaaaaaaaa", "qwertyuiop123",
		"Lösenord12345",
		"abcdefghijklm", "letmeinletmein", "Stockholm2026", "123456789012", "välkommen2026!", "asdfghjklöä1",
	} {
		if text := shell.CheckPassword("hanna.svensson", password); !strings.Contains(text, "lätt att gissa") &&
			!strings.Contains(text, "användarnamnet") {
			t.Errorf("%q is taken: %q", password, text)
		}
	}
	for _, password := range []string{
		"tavla kruka spindel mjölk", "gK7#vq!2LmTz", "korrekt häst batteri häftklammer", "hemligt nog för ett prov",
	} {
		if text := shell.CheckPassword("hanna.svensson", password); text != "" {
			t.Errorf("%q is refused: %s", password, text)
		}
	}
	for _, password := range []string{
		strings.Repeat("aB3", 85), strings.Repeat("å", 128), strings.Repeat("1", 256), "\u0000\u0001🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂",
	} {
		shell.CheckPassword("hanna", password) // none of them stops it
	}
}
