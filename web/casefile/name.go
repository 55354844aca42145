package casefile

import (
	"path"
	"slices"
	"strings"
	"unicode"

	"rivgate/contracts/identity"
)

// longestName is how many characters the name of a file has before its ending: systems take 255 bytes.
const longestName = 100

// endings are those that a file of a kind may have, the usual one first.
var endings = map[string][]string{
	"application/pdf": {".pdf"}, "image/png": {".png"}, "image/jpeg": {".jpg", ".jpeg"}, "image/gif": {".gif"},
	"text/plain": {".txt"},
}

// Extension is the ending of the name of a file of a kind; ".bin" for one that is not known.
func Extension(kind string) string {
	if all := endings[kind]; all != nil {
		return all[0]
	}
	return ".bin"
}

// SafeName is the name under which a file is given out: the sender's words, with the ending of what the file is by its
// content. Paths, signs of direction and other invisible characters, what a file system takes for its own, and names of
// devices are not in it. kind is a media type; "" for one that is not known.
func SafeName(name, kind string) string {
	name = strings.ReplaceAll(identity.NFC(name), `\`, "/")
	name = strings.Map(safeRune, name[strings.LastIndexByte(name, '/')+1:])
	name = strings.Trim(name, ". ")
	ending := strings.ToLower(path.Ext(name))
	if !slices.Contains(endings[kind], ending) {
		ending = Extension(kind)
	}
	if last := path.Ext(name); isEnding(last) {
		name = name[:len(name)-len(last)]
	}
	name = strings.ReplaceAll(name, ".", "_") // one ending alone: some systems hide the last
	if runes := []rune(name); len(runes) > longestName {
		name = string(runes[:longestName])
	}
	name = strings.Trim(name, " ")
	switch {
	case name == "":
		name = nameNone
	case isDevice(name):
		name = "_" + name
	}
	return name + ending
}

// safeRune takes out what shows nothing, and puts a sign of its own for what a file system or a header takes for its
// own.
func safeRune(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsControl(r) || identity.Blank(string(r)):
		return -1
	case strings.ContainsRune(`<>:"|?*;%`, r):
		return '_'
	}
	return r
}

// isEnding tells whether the last part of a name is an ending: a point and some letters or digits.
func isEnding(part string) bool {
	return len(part) > 1 && len(part) < 12 &&
		strings.IndexFunc(part[1:], func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) < 0
}

// isDevice tells whether Windows takes a name for a device.
func isDevice(name string) bool {
	name = strings.ToUpper(strings.TrimSpace(name))
	if slices.Contains([]string{"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"}, name) {
		return true
	}
	digit, found := strings.CutPrefix(name, "COM")
	if !found {
		digit, found = strings.CutPrefix(name, "LPT")
	}
	return found && slices.Contains([]string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³"}, digit)
}
