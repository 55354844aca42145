package shell

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/ccojocar/zxcvbn-go"
	"golang.org/x/crypto/argon2"
)

// Parameters of argon2id, as OWASP recommends them: 19 MiB, two passes, one lane.
const (
	argonMemory  = 19 * 1024 // KiB
	argonPasses  = 2
	argonLanes   = 1
	argonSalt    = 16
	argonKey     = 32
	passwordMin  = 12  // characters
	PasswordMost = 256 // bytes: more would only keep the machine busy
)

// HashPassword is argon2id of a password in PHC's form, with a salt of its own.
func HashPassword(password string) (string, error) {
	salt := make([]byte, argonSalt)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("making a salt: %w", err)
	}
	key := argon2.IDKey([]byte(password), salt, argonPasses, argonMemory, argonLanes, argonKey)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(key)), nil
}

// PasswordMatches tells whether a password is the one that was hashed. A hash that cannot be read, or would keep the
// machine busy, matches none.
func PasswordMatches(hash, password string) bool {
	var version, memory, passes, lanes int
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return false
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &passes,
		&lanes); err != nil || version != argon2.Version {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	key, wrong := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || wrong != nil || len(key) < argonSalt || memory < 8 || memory > 1<<20 || passes < 1 || passes > 16 ||
		lanes < 1 || lanes > 16 {
		return false
	}
	is := argon2.IDKey([]byte(password), salt, uint32(passes), uint32(memory), uint8(lanes), uint32(len(key)))
	return subtle.ConstantTimeCompare(is, key) == 1
}

// swedishWords are what people here make passwords of, beside what the library knows of English and of leaked ones.
var swedishWords = strings.Fields(`lösenord losenord lösenordet hemligt hemlig välkommen valkommen inloggning sommar sommaren
	vinter vintern höst hösten vår våren jul januari februari mars april juni juli augusti september oktober november december
	måndag tisdag onsdag torsdag fredag lördag söndag älskling svenska sverige stockholm göteborg malmö uppsala sjukhus
	sjukhuset vårdcentral vårdcentralen mottagning mottagningen patient patienten patientnämnd patientnämnden region regionen
	klagomål synpunkt synpunkter handläggare inkorg rivgate ärende ärenden djurgården hammarby 1177 qwertyuiopå asdfghjklöä`)

// Of a password the library looks at so many bytes at most: its time grows faster than the length.
const passwordJudged = 72

// goodGuess is the score, of 0 to 4, from which on a password is taken: 10^8 guesses do not find it.
const goodGuess = 3

// guessable says whether a password is found by guessing: a common or leaked one, words and names with a year behind
// them, rows of keys, repetitions.
func guessable(account, password string) bool {
	known := append(strings.FieldsFunc(account, func(r rune) bool { return strings.ContainsRune(".-_@ ", r) }),
		swedishWords...)
	head := password[:min(len(password), passwordJudged)]
	return zxcvbn.PasswordStrength(strings.ToLower(head), known).Score < goodGuess
}

// CheckPassword tells what is wrong with a new password, in Swedish; "" when nothing is.
func CheckPassword(account, password string) string {
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password):
		return textPasswordCharacter
	case n < passwordMin:
		return fmt.Sprintf(textPasswordShort, passwordMin)
	case len(password) > PasswordMost:
		return textPasswordLong
	case strings.Contains(strings.ToLower(password), strings.ToLower(account)):
		return textPasswordName
	case guessable(account, password):
		return textPasswordCommon
	}
	return ""
}
