package casework

import (
	"net/url"

	"rivgate/contracts"
	"rivgate/store"
	"rivgate/web/shell"
)

// Classification is what was chosen. A main problem comes with each of its sub problems, chosen or not: the contract
// asks for it.
func (s *Base) Classification(f *shell.Form) *contracts.Classification {
	k := &contracts.Classification{IncidentDate: shell.CompactDate(f.Value("date"))}
	for _, main := range s.Problems() {
		var subs []contracts.CV
		for _, sub := range main.Subs {
			if f.Has("problem", sub.Code) {
				subs = append(subs, coded(contracts.SystemProblem, sub))
			}
		}
		if len(subs) > 0 || f.Has("problem", main.Value) {
			k.Problems = append(append(k.Problems, coded(contracts.SystemProblem, main.Code)), subs...)
		}
	}
	if len(k.Problems) == 0 {
		f.Refuse("problem", wordMainProblem)
	}
	if code := f.Value("area"); code != "" {
		k.AreaOfActivity = contracts.CV{Code: code, CodeSystem: contracts.SystemArea, DisplayName: code}
		for _, c := range s.Codes(contracts.SystemArea) {
			if c.Code == code {
				k.AreaOfActivity = coded(contracts.SystemArea, c)
			}
		}
	} else {
		f.Refuse("area", wordArea)
	}
	if f.Value("place") != "" {
		if u, ok := s.oneUnit(f, "place", ofCare()); ok {
			k.IncidentUnit = &contracts.OrgUnit{HSAID: u.HSAID, Name: u.Name}
		}
	}
	return k
}

func coded(system string, c contracts.Code) contracts.CV {
	if c.Code == "" {
		return contracts.CV{OriginalText: c.Display}
	}
	return contracts.CV{Code: c.Code, CodeSystem: system, DisplayName: c.Display}
}

// ClassificationOf are the form values of the classification that a case has, for correcting it.
func ClassificationOf(c store.Case) url.Values {
	k := c.Classification
	v := url.Values{}
	if k.Area != "" {
		v.Set("area", k.Area)
	}
	v["problem"] = append(append([]string{}, k.MainProblems...), k.SubProblems...)
	v.Set("date", shell.Date(k.IncidentDate))
	v.Set("place", k.IncidentUnit)
	return v
}
