package contracts

// BirthDate is the day of birth, YYYYMMDD, that a personal identity number or a coordination number tells; "" for other identities and
// where the number tells no whole day.
func BirthDate(p PersonID) string {
	if (p.Type != OIDPersonnummer && p.Type != OIDSamordning) || len(p.ID) != 12 || !digits(p.ID) {
		return ""
	}
	day := []byte(p.ID[:8])
	if day[6] >= '6' {
		day[6] -= 6 // a coordination number has 60 added to the day
	}
	if !validDate(string(day)) {
		return ""
	}
	return string(day)
}
