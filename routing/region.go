package routing

// RegionNames are the regions by their county codes (länskoder).
func RegionNames() map[string]string {
	return map[string]string{
		"01": "Region Stockholm", "03": "Region Uppsala", "04": "Region Sörmland", "05": "Region Östergötland",
		"06": "Region Jönköpings län", "07": "Region Kronoberg",
		"08": "Region Kalmar län", "09": "Region Gotland", "10": "Region Blekinge", "12": "Region Skåne",
		"13": "Region Halland", "14": "Västra Götalandsregionen",
		"17": "Region Värmland", "18": "Region Örebro län", "19": "Region Västmanland", "20": "Region Dalarna",
		"21": "Region Gävleborg", "22": "Region Västernorrland",
		"23": "Region Jämtland Härjedalen", "24": "Region Västerbotten", "25": "Region Norrbotten",
	}
}

// IsRegion tells whether a text has the form of a county code: two digits.
func IsRegion(code string) bool {
	return len(code) == 2 && isDigit(code[0]) && isDigit(code[1])
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
