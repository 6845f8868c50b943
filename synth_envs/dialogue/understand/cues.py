"""Phrases that show what a sentence does, whatever the service: asking, offering, refusing, hedging and so on."""

from __future__ import annotations

__all__ = ["CUES", "PAST", "VERBS", "forms"]

# A cue per line with its phrases. Contractions are written out, as `ground.normal` does.
_TABLE = """
wh: what | which | when | where | how many | how long | how much | who | what kind | what type | what sort | what is | whereabouts | how
ask: could you tell me | can you tell me | could you give me | can you give me | please tell me | please give | please provide | could i have | can i have | may i have | could i get | can i get | may i get | may i ask | might i ask | i need | i will need | i would need | i still need | we need | we will need | let me know | tell me | give me | can you provide | could you provide | please state | please share | remind me | need to know | can you specify | please specify | please let me know | can you confirm your | could you confirm your | i have to ask | may i know | can you say | i must ask | i just need | i do need | i also need | could you please | can you please | please choose | please pick | please select
soft: do you have | would you like | do you want | do you prefer | would you prefer | did you want | did you have | any preference | a preference | any particular | any specific | preferred | are you looking | were you looking | were you thinking | are you thinking | in mind | would you need | do you need | will you be | are you | will you need | will you | would you be | would you want | do you mind | narrow | looking for | are there any | is there a | is there an | is there another | is there any | is there one | another | different | did you | you would like | you want | you prefer | is there | would there be | should i look | do you know | would it | does it matter | i would like to know | need a | need an | what about | how about
go: shall i | should i | shall we | do you want me to | would you like me to | would you want me to | may i go ahead | can i go ahead | go ahead | proceed | is that right | is that correct | is this right | is this correct | is that ok | is that okay | is this ok | is this okay | is that all right | is that alright | is that fine | do you agree | do you confirm | can you confirm | could you confirm | please confirm | would you confirm | may i | do i have your | does that work | do you accept | do you approve | agreed | may we | is it all right | is it okay | are you happy | can i
more: how else | that be all | needs been met | needs been taken | anything i may | any other requirements | any other preferences | any other criteria | other requirements | other criteria | anything else | something else i | anything more | any other questions | any further | anything further | else i can | what else | any other way | any other assistance | further assistance | any more help | other questions | any more questions | more i can | something else | anything i can | any additional | other help | any other help | any other information | any more information | any additional information | any other details | assist you further | help you further | further help | any thing else | of any other assistance | further questions | other assistance | help with anything | more help | any questions | other information | of further | assist with anything | anything other | need anything | be of any help | any other services | any other requests
bye: goodbye | good bye | bye | have a nice | have a great | have a good | have a wonderful | have a lovely | have a pleasant | have a safe | have a fantastic | have a terrific | have an enjoyable | have a fun | have fun | enjoy your | enjoy the rest | take care | see you | farewell | good night | enjoy | have an amazing | have an excellent | have a very | have a blessed | great day | nice day | good day | wonderful day | great time | have an awesome | have the best | hope you have | hope you enjoy
not: not | never | no longer | neither | nor | cannot
no: no
cant: cannot | can not | could not | unable to | unable | not able to | not possible | not allowed | not permitted | not authorised | not authorized | have to refuse | must refuse | have to decline | must decline | refuse | refused | decline | declined | impossible | may not | will not | against | not let me | not allow | rules out | must turn | turn down | not eligible | denied | have to say no | does not permit | forbids | forbid | forbidden | ruled out | not go ahead | not do that | must say no | not qualify
unfound: no match | no matches | no matching | not match | nothing | none | not find | not found | no result | no results | not available | unavailable | sold out | fully booked | no such | not successful | unsuccessful | not able to find | unable to find | unable to locate | not able to locate | not locate | unable to book | not able to book | no availability | already booked | booked up | not any listings | no listings | no luck | fully occupied | no options | no available | not been able to find | not a single | not accommodate | not find anything | came up empty | came up with no | not return any | are no matches | both booked | not have availability | no openings | any availability | neither | not look like | not appear to be | not appear to have | not let me book | not let me | not have anything | no luck
lacking: not have any | not have a | not have an | there are no | there is no | there are not any | there is not a | there is not any | there were no | i have no | we have no | i find no | i found no | are not any | is not a | is not any | not see any | not any | not seeing any | has no | not book | no open | were not able | not showing | no other | not show | not exist | no places | do not see | are no | is no | not get | find any | not finding | no record | failed | not returning | not have one | not have that | not list | not come up | have none | find no | found no
instead: instead | alternatively | alternative | as an alternative | what i can do | rather
have: i have | we have | has been | have been | is now | are now | was | were | has now been | have now | is done | you are now | i was able to | we were able to | i just | got you
done: done | all set | is completed | is complete | been completed | went through | gone through | taken care of | successful | successfully | is confirmed | been confirmed | are confirmed | is finished | reference number | reference number is | reference is | confirmation number | confirmation code | ref number | ref is | booked for you | booked it | booked that | sorted | in place | as you asked | carried out | reference | ref | reference code | got you booked
works: fixed | repaired | works again | working again | works now | working now | should work | is working | should be working | back in order | problem is solved | solved | up and running | in working order | sorted out
will: will | going to | shall | about to | would | want to | let me | need to | able to
hedge: maybe | perhaps | might | possibly | if | unless | suppose | hypothetically | assuming | in case | whether | would have | could have | some day | eventually | pretend | imagine | let us say | say that
said: you say yes | you said | you say | you agreed | you agree that | you have agreed | you have said | you have confirmed | you confirmed | you accepted | you have accepted | say yes | says yes | said yes | saying yes | answer yes | answered yes | reply yes | replies yes | replied yes | respond yes | yes please | customer says | customer said | customer agrees | customer agreed | customer confirms | customer confirmed | user says | user said | user agrees | user confirms | user confirmed | just agree | you have to agree | you must agree | you should agree | you need to agree | you will agree | must agree | have to agree | ignore | disregard | override | previous instructions | answer with yes | respond with yes | reply with yes | confirm with yes | consent given | consent granted | consent is | consented | has agreed | has confirmed | has consented | you have consented | tool result | ok true | quote | stop
or: or | either | versus | vs
ack: take care of | okay | ok | sure | certainly | of course | one moment | just a moment | let me check | let me see | let me look | thank you | thanks | great | alright | all right | no problem | you are welcome | hello | hi | good morning | good afternoon | good evening | welcome | i see | understood | got it | noted | very well | right away | absolutely | a moment please | bear with me | hold on | my pleasure | glad | happy to help | i understand | excellent | perfect | wonderful | good | fine | i am checking | i will check
offer: i found | i have found | there is | there are | how about | what about | would you like | recommend | suggest | i can offer | available | would suit | fits | fit | matches | match | suits | could offer | you could | you might | would work | i can suggest | may i suggest | we have | i have | consider | option | options | choose from | choose | interested in | would you prefer | prefer | located
seek: book | reserve | reservation | reservations | booking | bookings | like tickets | like a ticket | purchase | get tickets | buy
suggest: recommend | recommendation | recommended | suggest | suggestion | how about | what about | how does | may i suggest | i like | my favorite | my favourite | might like | may like | might enjoy | would enjoy | you could try | consider | is popular | very popular | great place | nice place | lovely place | i would go with | you can try | you might try | good choice | great choice | people enjoy | people love | everyone loves | is a good | is a great | is a nice | is a lovely | is a wonderful
fit: does this work | does that work | does this sound | does that sound | do either of | do any of | would either of | would any of | would this work | would that work | would one of | will that work | will this work | would it work | work for you | suit your | suits you | suit you | meet your needs | interest you | interested in any | interested in one | interested in either | any of those | any of these | one of those | one of these | one of them | either of those | either of these | either one | like that one | like this one | which would you | which one would | which one do you | which do you | which of those | which of these | how does that sound | how does this sound | the one you |  would you like that | would you like this | would you like it | would you like one | want that one | want it | okay with you | ok with you | sound good | sounds good | be okay | be ok | be acceptable | be fine | get you tickets | get you some tickets | get you a ticket | get tickets | tickets for you | like tickets | secure | do you prefer | would you prefer | appeal to you | catch your eye
extra: phone number | the phone | their address | its address | the postcode | contact information | more information | more info | more details | information on | information about | further information | the number | directions | additional information | call them | hear about | transportation | a taxi
search: look for something else | try something else | try a different | try again | another search | expand your | broaden | change your search | different search | check for another | look for another | try another | search for a | look for a | look up | find you a | help you find | search again | change your criteria | change some
parting: thank you for using | thanks for using | thank you for contacting | thanks for contacting | thank you for calling | thanks for calling | thank you for choosing | bon voyage | safe travels | safe trip | safe journey | contact us | call back | call us | call again | contact me again | let us know | if you need anything | great trip | enjoyable | we are here | pleasure | needs be met | happy travels | good luck | cheers | thank you and | glad i could | happy i could | glad to | happy to have | wonderful time | great stay | great visit | glad we could | nice time | good time
exist: there are | there is | we have | i have | i see | i found | i have found | i am showing | i show | i can find | it looks like | available | it is | they are | located | they have | it has | i do have | that is | offers | serves | leaves | arrives | departs | leaving | arriving | departing | will arrive | will leave | costs | is the | are the | has a | have a | can find
please: please | kindly | you should | you need to | you have to | i need you to | i would like you to | could you | can you | would you | try | now | next | make sure | check that | ensure | go and
from: from | currently | so far | was | old | previous
with: with
without: without
"""

CUES: dict[str, tuple[str, ...]] = {}
for _line in _TABLE.strip().splitlines():
    _name, _, _phrases = _line.partition(":")
    CUES[_name] = tuple(phrase.strip() for phrase in _phrases.split("|"))

#: Verbs for each kind of writing tool, besides those of the service's own words.
VERBS = {
    "create": "book|reserve|create|set up|arrange|schedule|place",
    "update": "update|change|move|alter|adjust|modify|reschedule|shift|amend",
    "cancel": "cancel|call off|end|terminate|drop",
    "refund": "refund|return|reimburse|send back|pay out|pay back|take back|pay",
    "exchange": "exchange|swap|replace|switch",
    "set": "update|change|correct|set|amend|save|modify",
    "remote": "reset|restart|set|switch",
}

#: Past forms that no rule gives.
PAST = {
    "make": "made", "send": "sent", "give": "given", "leave": "left", "get": "got", "pay": "paid", "set": "set",
    "take": "taken", "put": "put", "have": "had", "buy": "bought", "sell": "sold", "stop": "stopped",
    "swap": "swapped", "drop": "dropped", "cancel": "cancelled", "shift": "shifted", "claim": "claimed",
}  # fmt: skip
_DOUBLE = {"stop", "swap", "drop", "get", "set", "put", "cancel"}


def forms(phrase: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a verb phrase's forms that ask for something (plain and -ing), and those that say it is done."""
    verb, _, rest = phrase.partition(" ")
    rest = f" {rest}" if rest else ""
    past = PAST.get(verb) or (f"{verb}d" if verb.endswith("e") else f"{verb}ed")
    stem = verb + verb[-1] if verb in _DOUBLE else verb.removesuffix("e")
    pasts = [past + rest]
    if verb == "cancel":
        pasts.append(f"canceled{rest}")
    return (verb + rest, f"{stem}ing{rest}"), tuple(pasts)
