"""Names for made-up workers, and how clerks, nurses and relatives write them. All people are invented.

Kept apart from what the product knows of names (services/verification/domain/indonesian_names.py): the measurement
would flatter itself if both drew from one list.
"""

import random
import string


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


MALE = _words(
    "Agung Ahmad Aldi Alfian Amin Anton Arif Arman Bagas Bahrul Bambang Bayu Beni Budi Cahyono Candra Daniel Darma"
    " Daryono Dedi Deni Dharma Dian Didik Dimas Djoko Edwin Eko Endro Faisal Fajar Fathur Ferdian Galang Gani Ganjar"
    " Gunadi Habib Hamdan Hanif Harun Hendrik Heri Ichsan Ikhwan Ilyas Imron Indra Iqbal Jaka Jefri Johan Kardi Karyo"
    " Khairul Kholid Kurnia Lalu Lukman Made Mahmud Marihot Marlon Misbah Mukhlis Mulyana Nanang Nasrul Nyoman Oki"
    " Parlindungan Paulus Pramono Rahmat Ramli Rasyid Ridho Rifqi Rizal Robert Rohmat Rudi Rusdi Sabar Sahat Samsul"
    " Sandi Satrio Slamet Soleh Subagyo Sudarto Sugeng Sukirman Sumardi Sunaryo Suparno Supriyanto Suryono Sutarman"
    " Syahrul Tatang Teguh Tigor Tohir Toni Tri Ujang Viktor Wahid Wawan Wayan Widi Yanuar Yohanes Yosef Yudha Zainal"
    " Zulfikar"
)
FEMALE = _words(
    "Aini Ajeng Alfiah Anggraeni Anisa Arini Asmawati Astrid Ayu Bunga Chairunisa Christina Citra Dahlia Desak Dewi"
    " Diah Dwi Elisabet Endah Erlina Erna Esti Farida Fatimah Fitri Gita Halimah Hanifah Hesti Ida Ika Imas Indah"
    " Intan Isnaini Jumiati Kartini Kasih Khadijah Komang Laila Lastri Lidia Lilis Luh Mardiana Maria Martha Melinda"
    " Mira Misnah Murni Mutia Nani Neneng Ningsih Novita Nur Nuraini Oktavia Partini Puji Putri Rahma Ratih Ratna"
    " Retno Rina Risma Rohani Rosita Rumiyati Ruth Sartika Sinta Siti Sri Suci Sulastri Sumini Suryani Susi Sutinah"
    " Titin Tri Tuti Ulfa Umi Wahyuni Warsini Wiwik Yeni Yuliana Yunita Zahra Zubaidah"
)
FAMILY = _words(
    "Abidin Achyar Adiputra Aminah Anwar Ardiansyah Asmoro Aziz Baihaqi Basri Batubara Budiman Chaniago Cipta Daulay"
    " Dermawan Effendi Fadillah Fauzan Firdaus Ginting Gumilar Hadikusumo Hakim Halim Handoko Harahap Hariyadi"
    " Hartanto Hasanudin Hasibuan Herlambang Hidayatullah Hutagalung Irawan Ismail Jatmiko Junaedi Kartika Kencana"
    " Kuncoro Lesmana Lubis Luthfi Maharani Manurung Mardiyah Marpaung Matondang Mulyani Munandar Mustika Nababan"
    " Nainggolan Nasution Ningrum Nugraha Nurdin Pangestu Panjaitan Permatasari Pohan Pradana Prakoso Prayitno"
    " Purnama Purwanto Puspitasari Qomariah Rachman Rahayu Ramadhan Rangkuti Ritonga Rohimah Rosidah Rukmana Sadikin"
    " Saepudin Safitri Sagala Samosir Santoso Saragih Setiadi Setyawan Sianturi Siregar Simanjuntak Sitompul Situmorang"
    " Soekarno Subroto Suharyanto Sukmawati Sulaiman Suwandi Syafitri Syahputra Tampubolon Tanjung Tarigan Trisnawati"
    " Utami Wahyudi Wardani Wibisono Widjaja Widyastuti Wijayanti Winarno Yulianto Yusuf Zebua Zulkarnain"
)
TWINS = (
    ("Rina", "Rini"), ("Hasan", "Husen"), ("Dika", "Diki"), ("Andi", "Andri"), ("Riko", "Riki"), ("Dewi", "Dewa"),
    ("Putra", "Putri"), ("Fahri", "Fahra"), ("Ani", "Ina"), ("Yoga", "Yogi"), ("Reza", "Rezi"), ("Tuti", "Titi"),
    ("Arif", "Aris"), ("Ilham", "Ilman"), ("Naila", "Nabila"), ("Bagus", "Bagas"), ("Raka", "Raki"), ("Dian", "Dina"),
    ("Salma", "Salwa"), ("Alif", "Alfi"), ("Marwan", "Mirwan"), ("Sukma", "Sukmi"), ("Heru", "Hera"), ("Joni", "Jono"),
)  # fmt: skip
_MUHAMMAD = ("Muhammad", "Muhamad", "Mohammad", "Mohamad", "Mochamad", "Moh.", "Mohd", "M.", "Muh.", "Moch.", "Mhd")
_RESPELT = (
    ("u", "oe"), ("j", "dj"), ("c", "tj"), ("kh", "ch"), ("f", "v"), ("f", "p"), ("y", "i"), ("i", "y"), ("z", "s"),
    ("d", "dh"), ("t", "th"), ("ai", "ae"), ("sy", "s"), ("q", "k"), ("ll", "l"), ("nn", "n"), ("ah", "a"),
)  # fmt: skip
_NEAR = {
    "a": "sqz", "b": "vn", "c": "xv", "d": "sfe", "e": "wr", "f": "dg", "g": "fh", "h": "gj", "i": "uo", "j": "hk",
    "k": "jl", "l": "k", "m": "n", "n": "bm", "o": "ip", "p": "o", "q": "w", "r": "et", "s": "ad", "t": "ry", "u": "yi",
    "v": "cb", "w": "qe", "x": "zc", "y": "tu", "z": "x",
}  # fmt: skip


def made_up_name(rng: random.Random, sex: str) -> str:
    """One to four words; a tenth bears one name alone, a fifth of the men begins with Muhammad."""
    given = rng.choice(MALE if sex == "male" else FEMALE)
    shape = rng.random()
    if shape < 0.10:
        return given if len(given) > 4 else given + "man" * (sex == "male") + "wati" * (sex == "female")
    words = [given]
    if shape > 0.75:
        words.append(rng.choice(MALE if sex == "male" else FEMALE))
    words.append(rng.choice(FAMILY))
    if sex == "male" and rng.random() < 0.2:
        words.insert(0, "Muhammad")
    return " ".join(dict.fromkeys(words))


def as_written(rng: random.Random, name: str, *, variants: float, typos: float) -> str:
    """The name as some clerk writes it; `variants` and `typos` are the chances of either."""
    if rng.random() < variants:
        name = _variant(rng, name)
    if rng.random() < typos:
        name = mistyped(rng, name)
    return name.upper() if rng.random() < 0.4 else name


def _variant(rng: random.Random, name: str) -> str:
    words = name.split()
    kind = rng.random()
    if words[0] == "Muhammad" and kind < 0.6:
        return " ".join([rng.choice(_MUHAMMAD), *words[1:]])
    if kind < 0.2:
        return f"{rng.choice(['H.', 'Hj.', 'Sdr.', 'Tn.', 'Ny.', 'dr.', 'Bpk'])} {name}"
    if kind < 0.3:
        return f"{name}, {rng.choice(['S.E.', 'S.Pd', 'ST', 'A.Md', 'S.Kom'])}"
    if kind < 0.4:
        return f"{name} {rng.choice(['bin', 'binti'])} {rng.choice(MALE)}"
    if kind < 0.5 and len(words) > 2:
        return " ".join(words[:-1])
    if kind < 0.57 and len(words) > 1:
        return " ".join([*words[:-1], words[-1][0] + "."])
    if kind < 0.65 and len(words) > 1:
        return "".join([words[0], words[1].lower(), *(" " + word for word in words[2:])])
    if kind < 0.7 and len(words) > 1:
        return " ".join([*words[1:], words[0]])
    fitting = [(old, new) for old, new in _RESPELT if old in name.lower()]
    if not fitting:
        return name
    old, new = rng.choice(fitting)
    return name.lower().replace(old, new, 1).title()


def mistyped(rng: random.Random, text: str) -> str:
    """One slip of the fingers: a neighbouring key, a letter left out, doubled or exchanged with the next."""
    places = [place for place, letter in enumerate(text) if letter.lower() in string.ascii_lowercase]
    place = rng.choice(places)
    kind = rng.randrange(4)
    if kind == 0:
        return text[:place] + rng.choice(_NEAR[text[place].lower()]) + text[place + 1 :]
    if kind == 1:
        return text[:place] + text[place + 1 :]
    if kind == 2:
        return text[:place] + text[place] + text[place:]
    return text[:place] + text[place + 1 : place + 2] + text[place] + text[place + 2 :]
