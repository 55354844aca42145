package finding

// fillers are short words that people type between the words of a name, without marks on their letters. They are left
// out of a search that has other words.
func fillers() []string {
	return []string{"i", "pa", "och", "av", "for", "vid", "till", "en", "ett", "den", "det", "min", "the"}
}

// counties are other words than the name of a region that its people know it by, by county code.
func counties() map[string]string {
	return map[string]string{
		"01": "Stockholms län", "03": "Uppsala län", "04": "Södermanlands län", "05": "Östergötlands län",
		"07": "Kronobergs län", "09": "Gotlands län", "10": "Blekinge län", "12": "Skåne län", "13": "Hallands län",
		"14": "Västra Götalands län", "17": "Värmlands län", "19": "Västmanlands län", "20": "Dalarnas län",
		"21": "Gävleborgs län", "22": "Västernorrlands län", "23": "Jämtlands län", "24": "Västerbottens län",
		"25": "Norrbottens län",
	}
}

// shared are words of the names of regions that do not tell which region it is, without marks on their letters.
func shared() []string { return []string{"region", "lan", "vastra"} }
