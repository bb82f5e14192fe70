AS_OF = 1790812800
SLOT_S = 900
DIMENSIONS="severity request_type customer site product category group_name opened_month calendar reopens".split()
