package identity

import "strings"

// PublishedTestNumbers are those of Skatteverket's published test numbers that stand for persons wherever this project
// needs some: personal identity numbers, then coordination numbers.
var PublishedTestNumbers = [...]string{
	"189001019802", "190001019801", "201701012393", "202402292383", "191401682396", "202201612393",
}

// IsTest tells whether an identity is no person's. That is so of:
//
//   - a published test number, also with another check digit, and one of which the day was made one that does not
//     exist;
//   - a number whose birth number is 000: Skatteverket gives 001 to 999 (Rättslig vägledning, Personnummer);
//   - a reserve identity that begins with 00 and has no letter but X.
//
// The text is one that Find finds; separators count for nothing. Of ten digits the century is not known: what is said
// holds for each.
func IsTest(id string) bool {
	key := Key(id)
	switch {
	case len(key) == 12 && !digits(key):
		return strings.HasPrefix(key, "00") && strings.Trim(key, "0123456789X") == ""
	case len(key) != 10 && len(key) != 12, !digits(key):
		return false
	}
	ten := key[len(key)-10:]
	if ten[6:9] == "000" {
		return true
	}
	for _, published := range PublishedTestNumbers {
		if len(key) == 12 && key[:2] != published[:2] {
			continue
		}
		if ten[:9] == published[2:11] {
			return true
		}
	}
	return len(key) == 12 && endsAsPublished(ten) && !birthday(key[:8], key[6] >= '6')
}

func endsAsPublished(ten string) bool {
	for _, published := range PublishedTestNumbers {
		if ten[6:] == published[8:] {
			return true
		}
	}
	return false
}
