package routing

// Date is a Swedish calendar day as yyyymmdd, 20260131; zero is no date. Days compare as integers.
type Date int
