package web

// SubCodesTold are cause and remedy of every sub code that the list of faults knows, from our side and from the other.
func SubCodesTold() map[string][4]string {
	all := map[string][4]string{}
	for code, m := range subCodes {
		all[code] = [4]string{m.ours.Cause, m.ours.Remedy, m.theirs.Cause, m.theirs.Remedy}
	}
	return all
}
