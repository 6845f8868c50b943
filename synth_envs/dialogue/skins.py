"""Vocabularies: what a service sells, what people call it, and the values that things differ in.

Each skin belongs to one archetype. Skins of the splits are disjoint. Opaque skins are made of nonsense
words that can be pronounced, so that nothing about them can be known beforehand.
"""

from __future__ import annotations

from dataclasses import dataclass

from synth_envs.seeding import SPLITS, TaskRandom

__all__ = ["SKINS", "Skin", "opaque", "skins_of"]


@dataclass(frozen=True)
class Skin:
    """A vocabulary.

    Attributes:
        name: Unique.
        archetype: What kind of service it is for.
        entity: What the service offers, in the singular.
        record: What a customer has of it, in the singular.
        slots: What entities differ in: name and values.
        parts: Of devices: name and states, the right one first.
    """

    name: str
    archetype: str
    entity: str
    record: str
    slots: tuple[tuple[str, tuple[str, ...]], ...]
    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()


# archetype | name | entity | record | slot: values; slot: values ... | part: states; ...
_TABLE = """
booking | trattoria | restaurant | reservation | area: north south east west centre; food: italian thai indian french korean; price_range: cheap moderate expensive; seating: indoor terrace garden
booking | inn | hotel | booking | area: harbour station oldtown airport; stars: two three four five; style: guesthouse boutique resort; breakfast: continental full none
booking | marina | berth | mooring | pier: north south inner outer; length: short medium long; supply: water electric both; shelter: open sheltered
booking | campsite | pitch | stay | zone: lakeside forest meadow hilltop; surface: grass gravel sand; vehicle: tent caravan camper; hookup: none basic full
booking | courts | court | slot booking | sport: tennis squash badminton padel; floor: clay hard carpet; hall: red blue green; light: daylight floodlit
booking | carhire | car | rental | size: mini compact estate van; gearbox: manual automatic; fuel: petrol diesel hybrid electric; depot: airport downtown suburb
booking | studio | rehearsal room | session | genre: rock jazz classical folk; size: small medium large; gear: drums piano amps mixer; floor: basement ground upper
order | bookshop | book | order | genre: crime poetry history travel romance; binding: paperback hardback audio; language: english spanish german polish; edition: first revised pocket
order | cobbler | pair of shoes | order | colour: black brown white navy; width: narrow regular wide; sole: leather rubber cork; kind: boot sandal trainer loafer
order | cyclery | bicycle part | order | part: saddle chain pedal wheel brake; material: steel alloy carbon titanium; colour: black silver red; brand: velora kestrel montis
order | nursery | plant | order | light: shade partial full; height: dwarf medium tall; bloom: white pink yellow purple; pot: clay plastic hanging
order | spicery | spice | order | origin: kerala zanzibar crete oaxaca; form: whole ground flaked; heat: mild medium hot; pack: sachet jar tin
order | toyshop | toy | order | age: toddler child teen; theme: space farm pirate dinosaur; material: wood plastic fabric; players: solo pair group
order | lamps | lamp | order | room: bedroom kitchen office hallway; style: modern rustic industrial; glow: warm neutral cool; base: floor table wall
account | mobile | tariff | contract | data: small medium large unlimited; roaming: none europe world; term: monthly yearly; network: standard fast
account | library | membership type | membership | branch: central riverside hillside; items: books media everything; loans: five ten twenty; hours: weekday weekend always
account | gym | plan | membership | club: north south lakeside; access: offpeak standard allday; classes: none yoga spin all; term: monthly yearly
account | streaming | package | subscription | screens: one two four; quality: basic sharp cinema; library: films series sports; adverts: with without
account | museum | pass | pass | circle: friend patron family; site: art science maritime; guest: none one two; term: monthly yearly
account | energy | rate | contract | source: solar wind mixed; meter: single dual smart; term: flexible fixed; support: online phone
account | allotment | plot type | tenancy | field: upper lower riverside; size: quarter half full; water: tap tank none; shed: with without
schedule | clinic | doctor | appointment | field: skin heart eyes joints; language: english french arabic; room: ground upper; gender: female male
schedule | dentist | dentist | visit | care: checkup hygiene repair braces; chair: standard gentle; language: english spanish dutch; floor: ground first
schedule | vet | vet | consultation | animal: cat dog rabbit bird; care: vaccine surgery dental; site: village town; visit: practice home
schedule | salon | stylist | appointment | service: cut colour perm shave; level: junior senior master; length: short medium long; chair: window quiet
schedule | workshop | mechanic | service slot | job: brakes gears wheels bearings; bike: road mountain city cargo; bay: left right; speed: standard express
schedule | tutoring | tutor | lesson | subject: maths physics french music; level: primary secondary college; mode: online inperson; pace: relaxed intensive
schedule | driving | instructor | lesson | car: manual automatic; area: town motorway rural; language: english polish turkish; level: beginner refresher
claims | travelcover | cover | policy | region: europe asia americas; kind: luggage medical cancellation; excess: none low high; tier: basic plus
claims | phonecover | cover | policy | device: phone tablet watch; damage: screen water theft; excess: none low high; repair: mailin walkin
claims | bikecover | cover | policy | bike: road mountain cargo electric; damage: theft crash vandalism; lock: standard certified; excess: none low high
claims | petcover | cover | policy | animal: cat dog rabbit; care: accident illness dental; excess: none low high; payout: small large
claims | parcelcover | cover | shipment | size: small medium large; service: standard express; damage: lost crushed late; route: domestic abroad
claims | appliance | warranty | warranty | machine: washer oven fridge dryer; fault: electric leak noise; term: short long; visit: home depot
claims | instrument | cover | policy | instrument: violin guitar flute cello; damage: fall climate theft; use: amateur professional; excess: none low high
troubleshoot | router | router | line | speed: slow medium fast; band: single dual; model: nova orbit pulse; socket: wall desk | power: on off; cable: plugged loose; wifi: enabled disabled; mode: normal safe; filter: fitted missing
troubleshoot | printer | printer | lease | kind: inkjet laser label; size: desk floor; model: quill scribe folio; tray: single double | power: on off; paper: loaded empty; lid: closed open; toner: seated loose; link: connected offline
troubleshoot | coffee | coffee machine | service plan | kind: filter espresso capsule; size: single office; model: mocca arabo ristro; water: tank mains | power: on off; tank: filled empty; grounds: cleared full; valve: open shut; drip: clean clogged
troubleshoot | boiler | boiler | service plan | fuel: gas oil electric; kind: combi system; model: calor therma brasa; place: kitchen loft | power: on off; pressure: normal low; timer: set unset; vent: clear blocked; dial: auto manual
troubleshoot | scooter | scooter | lease | range: short long; wheel: small large; model: zippo glide rush; fold: folding rigid | battery: charged flat; brake: released locked; key: turned removed; stand: up down; lamp: on off
troubleshoot | settop | television box | subscription | quality: basic sharp cinema; store: none small large; model: vista aura prisma; remote: plain voice | power: on off; input: hdmi aerial; card: inserted missing; sound: unmuted muted; clock: synced wrong
troubleshoot | hearing | hearing aid | service plan | side: left right; kind: behind inside; model: sonat murmur claro; cell: small large | battery: fresh flat; mould: clean waxed; volume: normal zero; program: everyday quiet; switch: on off
"""


def _parsed(text: str) -> tuple[Skin, ...]:
    found = []
    for line in text.strip().splitlines():
        archetype, name, entity, record, slots, *parts = (part.strip() for part in line.split("|"))
        found.append(Skin(name, archetype, entity, record, _pairs(slots), _pairs(*parts)))
    return tuple(found)


def _pairs(text: str = "") -> tuple[tuple[str, tuple[str, ...]], ...]:
    pairs = []
    for one in filter(None, text.split(";")):
        name, _, values = one.partition(":")
        pairs.append((name.strip(), tuple(values.split())))
    return tuple(pairs)


SKINS = _parsed(_TABLE)

_ONSETS = "b br ch d dr f fl g gl h j k kr l m n p pl qu r s sk st t tr v w z zw".split()
_VOWELS = "a e i o u ai ou ee".split()
_CODAS = " n r l m x sh nd rk st".split(" ")


def skins_of(archetype: str, split: str) -> tuple[Skin, ...]:
    """Return the skins of an archetype that a split draws from; "all" has every one."""
    every = [skin for skin in SKINS if skin.archetype == archetype]
    if split == "all":
        return tuple(every)
    # One skin of each archetype is kept for validation and one for test.
    parts = {"train": every[:-2], "validation": every[-2:-1], "test": every[-1:]}
    if split not in SPLITS:
        msg = f"unknown split {split!r}"
        raise ValueError(msg)
    return tuple(parts[split])


def opaque(archetype: str, rng: TaskRandom) -> Skin:
    """Return a skin of nonsense words."""
    used: set[str] = set()

    def word(syllables: int) -> str:
        while True:
            parts = (rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(syllables))
            made = "".join(parts) + rng.choice(_CODAS)
            if made not in used:
                used.add(made)
                return made

    def pairs(count: int, low: int, high: int) -> tuple[tuple[str, tuple[str, ...]], ...]:
        return tuple(
            (word(2), tuple(word(2) for _ in range(rng.randint(low, high)))) for _ in range(count)
        )

    parts = pairs(5, 2, 2) if archetype == "troubleshoot" else ()
    return Skin(f"opaque-{word(3)}", archetype, word(2), word(2), pairs(4, 2, 5), parts)
