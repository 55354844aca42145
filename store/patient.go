package store

import (
	"cmp"
	"strconv"
	"time"

	"rivgate/contracts/identity"
	"rivgate/routing"
)

func (c *Case) patient() identity.Person {
	return identity.Person{ID: c.Facts.PatientID, Type: c.Facts.PatientType}
}

// Sex is the patient's as a code of KV Kön: as the complaint says it, else by the patient's number; "" where neither
// does. A complaint that says 0, not known, says nothing.
func (c *Case) Sex() string {
	if said := c.Facts.Sex; said != "" && said != "0" {
		return said
	}
	return cmp.Or(c.patient().Sex(), c.Facts.Sex)
}

// Age is the patient's in whole years when it happened, or when the case was received where the day of that is not
// known; "" where the patient's age is not.
func (c *Case) Age() string {
	at, err := time.ParseInLocation("20060102", c.incidentDate(), routing.Stockholm())
	if err != nil {
		at = c.Received
	}
	return c.ageOn(at)
}

// ageOn is the patient's in whole years at a moment, "" where it is not known.
func (c *Case) ageOn(at time.Time) string {
	birth := cmp.Or(c.Facts.BirthDate, c.patient().BirthDate())
	born, err := time.ParseInLocation("20060102", birth, routing.Stockholm())
	if err != nil {
		return ""
	}
	at = at.In(routing.Stockholm())
	years := at.Year() - born.Year()
	if at.Month() < born.Month() || at.Month() == born.Month() && at.Day() < born.Day() {
		years--
	}
	if years < 0 {
		return ""
	}
	return strconv.Itoa(years)
}

// AgeGroups are the ages that the groups of statistics begin with, in years.
func AgeGroups() []int { return []int{0, 6, 13, 18, 30, 45, 65, 80} }

// ageGroup is the first age of the group of an age, "" of "".
func ageGroup(age string) string {
	years, err := strconv.Atoi(age)
	if err != nil {
		return ""
	}
	first := 0
	for _, group := range AgeGroups() {
		if group <= years {
			first = group
		}
	}
	return strconv.Itoa(first)
}
