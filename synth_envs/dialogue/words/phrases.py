"""What customers say, as banks of clauses: the first line of each is for training, the next for validation and test.

Names in braces are filled with the words of the service: {action} what a tool does, {noun} a slot, {my} "my
booking number", {value} a value, {is} "is" or "are", {device} the thing at home; {should} is "the area should be north, the food thai",
{pairs} "north for the area, thai for the food", {the} "the area north, the food thai", {own} "my name is Ada Wolf".
"""

from __future__ import annotations

from functools import lru_cache

__all__ = ["BANKS", "bank"]

_TEXT = """
intent
I'd like to {action}. | I want to {action}, please. | Can you help me {action}? | I'm calling because I'd like to {action}. | I need to {action}. | Could I {action}, please?
I was hoping to {action}. | Is it possible to {action}? | I'm trying to {action}.
I'd love to {action}. | I have to {action}. | Would you help me to {action}, please?

intent_fix
My {device} doesn't work. | My {device} isn't working properly, can you help? | There's something wrong with my {device}. | I'm having trouble with my {device}. | I need help with my {device}, it doesn't work. | My {device} has stopped working.
My {device} won't do anything. | I can't get my {device} to work. | My {device} seems to be broken.
Something's the matter with my {device}. | My {device} is acting up, I'm afraid. | Could you help me get my {device} going again?

inform
{should}. | I'd like {pairs}. | I want {pairs}. | {pairs}, please. | I have {pairs} in mind. | If possible, {pairs}.
I'm thinking of {pairs}. | What I need is {pairs}. | Let's say {pairs}.
I'd prefer {pairs}. | My wish is {pairs}. | I'm after {pairs}.

own
{own}. | Sure, {own}. | Of course, {own}. | By all means, {own}. | Here you are: {own}. | Let me see, {own}.
Certainly, {own}. | One moment, {own}. | No problem, {own}.
Well, {own}. | There you go: {own}. | Right, {own}.

correct
Sorry, {should}. | Actually, {should}. | Wait, {should}. | I'd rather have {pairs}, actually. | Hold on, {should} after all. | Let me correct that: {should}.
On second thoughts, {should}. | Hang on, {should}. | To be exact, {should}.
Just a moment, {should}. | Please change that, {should}. | Hm, no, {should}.

wrong
The {noun} isn't right. | That's the wrong {noun}. | That {noun} isn't what I agreed to. | You've got the {noun} wrong. | The {noun} isn't correct. | I didn't say that {noun}.
There's a mistake in the {noun}. | The {noun} you said is wrong. | That isn't my {noun}.
The {noun} doesn't fit. | Please check the {noun} again. | I'm not happy with that {noun}.

request
Could you tell me {what}? | Can you tell me {what}? | I'd like to know {what}. | Please tell me {what}. | I need to know {what}. | Would you mind telling me {what}?
Can you let me know {what}? | Do you know {what}? | Please let me know {what}.
I'd be glad to hear {what}. | Can you say {what}? | Could you find out {what}?

affirm
Yes. | Yes, that's fine. | Okay, good. | All right, yes. | Yes, that's fine with me. | Okay, that's all right.
Sure. | Yes, fine by me. | Yes, that'll do.
Yes, good. | Yes, I'm fine with that. | Okay, yes.

implicit
Yes, {the}. | Right, {the}. | Exactly: {the}. | {the}, that's it. | {the}, yes, that's what I want. | That's right, {the}.
Correct, {the}. | {the}, just so. | Indeed, {the}.
{the}, precisely. | Quite right, {the}. | Yes, so {the}.

negate
No. | No, thank you. | No, that's not what I want. | No, that's not right. | I'm afraid not. | No, I don't want that.
Not quite. | No, not like that. | No, that isn't it.
No, sorry. | That's not it. | No, that's not what I meant.

dont_know
I don't know {my}. | I haven't got {my}, sorry. | I'm not sure what {my} is. | I can't find {my}, I'm afraid. | I don't remember {my}. | I've lost {my}.
I don't have {my} at hand. | {my}? I couldn't say. | No idea what {my} is, sorry.
I've forgotten {my}. | I don't know {my}, to be honest. | Sorry, I can't tell you {my}.

any
I don't mind about the {noun}. | It doesn't matter about the {noun}. | Any {noun} will do. | As to the {noun}, I'm open. | I have no preference about the {noun}. | I don't care about the {noun}.
Whatever {noun} is fine. | I don't much mind what the {noun} will be. | I'm easy about the {noun}.
I'm not fussy about the {noun}. | The {noun} can be anything. | As for the {noun}, you choose.

demand
But I'd really like to {action}. | I still want to {action}. | Please, I have to {action}. | I insist, I want to {action}. | That won't do, I need to {action}. | But I came here to {action}.
No, I do want to {action}. | I really must {action}. | Still, I'd like to {action}.
But I've got to {action}. | I'm not giving up, I want to {action}. | Can't you make an exception? I'd like to {action}.

demand_fix
But my {device} still doesn't work. | My {device} is still not working. | Please, I need my {device} to work. | I insist, you have to help me with my {device}. | That won't do, my {device} has to work. | But I called because of my {device}.
No, my {device} is still broken. | I really need my {device}. | My {device} isn't fixed yet.
But what about my {device}? | I'm not giving up, my {device} has to work. | Still, my {device} doesn't do anything.

alternatives
What can you do instead? | Is there anything else you can offer? | What else could I do, then? | Then what are my options? | Is there another way? | Can you offer me something else instead?
What would be possible, then? | Do you have an alternative? | So what can be done?
What do you suggest instead? | Could you do something else for me? | Are there other options?

settle
All right, then. | Fine, let's do that. | Okay, I can live with that. | Very well, let's go with that. | In that case, all right. | Okay, then let's do it that way.
Fine, that works too. | Good, I'll settle for that. | Well, all right.
That'll have to do, then. | Okay, fair enough. | I suppose that's fine.

did
Done, the {noun} {is} {value} now. | Okay, the {noun} {is} {value}. | The {noun} {is} now {value}. | I've done that, the {noun} {is} {value}. | Right, I have the {noun} {value} now. | All right, I see the {noun} {is} {value} now.
There, the {noun} {is} {value}. | That's done: {noun} {value}. | Yes, the {noun} {is} {value} now.
Finished, the {noun} {is} {value}. | I've got the {noun} {value} now. | I've just done it, the {noun} {is} {value}.

unconfirmed
I haven't had any confirmation of that. | But nothing has arrived here. | I don't see any confirmation. | That doesn't seem to have happened. | Are you sure? I've had no confirmation. | I haven't received anything about that.
There's no confirmation on my side. | It doesn't look done to me. | Nothing has changed as far as I can see.
I've not been sent a confirmation. | That can't be, I've received nothing. | No confirmation has come in yet.

unconfirmed_fix
It still doesn't work. | But it isn't working yet. | My {device} still isn't working. | Nothing has changed with my {device}. | Are you sure? My {device} isn't working. | No, my {device} is still as it was.
It's just the same as before. | My {device} doesn't do anything yet. | It hasn't helped.
That didn't help. | My {device} is no better. | I see no difference.

nothing_more
No, that's all. | That's everything, thank you. | No, nothing else, thanks. | No, that was it. | That'd be all, thanks for your help. | I don't need anything else, thank you.
Nothing more, thank you. | No, I'm all set. | That's it from me, thanks.
No, I have everything I need. | No more questions, thank you. | That'll be all.

thanks
Thank you. | Thanks. | Great, thank you. | Thanks for that. | All right, thank you very much. | Perfect, thanks.
Good, thanks a lot. | Wonderful, thank you. | Many thanks.
Thank you for your help. | Lovely, thanks. | Okay, thanks.

sorry
Sorry? | Sorry, I don't understand. | Pardon? | I'm sorry, what do you mean? | I didn't get that. | Could you say that again?
Excuse me? | I don't follow you. | What do you mean by that?
Sorry, come again? | I'm not sure I understand. | Can you put that differently?

which
Do you mean {options}? | Sorry, is that {options}? | Which one is it, {options}? | Which do you mean, {options}? | I'm confused: {options}? | Just to be clear: {options}?
So is it {options}? | Is it {options} that you mean? | Do you want {options}?
What is it, {options}? | Are you talking about {options}? | Are we speaking of {options}?

bye
Goodbye. | Bye. | Bye, then. | Goodbye and take care. | That's it, goodbye. | I have to go now, goodbye.
Bye for now. | I'm off, goodbye. | Bye bye.
I'll leave it there, bye. | Right, goodbye. | Well, goodbye.

hello
Hi. | Hello. | Hey there. | Hi there. | Hello there. | Hey.
Hiya. | Well, hello. | Oh, hello.
Hullo. | Ah, hi. | Hello, hello.

hello_formal
Good morning. | Good afternoon. | Good day. | Good day to you. | Good morning to you. | Dear sir or madam.
A very good day to you. | Good afternoon to you. | Greetings.
A good morning to you. | My compliments. | A good afternoon to you.

filler
Well, let me see. | So, let me think. | So, this is what it's about. | All right, so. | Bear with me a moment. | Let me explain what it's about.
Well now. | Let me put it like this. | Okay, I'll explain.
Now, how do I put this. | Hm, let me think for a second. | So, here it is.

tail
I hope that's not too much trouble. | It'd be great if you could help me with that. | I'd be very grateful. | Sorry to take up your time. | I hope you can help. | That would make my day.
I'd appreciate it a lot. | I hope that makes sense. | Many thanks in advance.
It would mean a lot to me. | I hope that's all you need. | Thanks for bearing with me.
"""


def _parsed(text: str) -> dict[str, dict[str, tuple[str, ...]]]:
    banks = {}
    for block in text.strip().split("\n\n"):
        name, *lines = block.splitlines()
        train, validation, test = (tuple(line.split(" | ")) for line in lines)
        every = (*train, *validation, *test)
        banks[name] = {"train": train, "validation": validation, "test": test, "all": every}
    return banks


#: Of each name the clauses of each split, and of "all".
BANKS = _parsed(_TEXT)


@lru_cache(maxsize=512)
def bank(name: str, split: str, wordy: int) -> tuple[str, ...]:
    """Return the clauses of a split that suit a customer: the shorter half for the curt, the longer for others.

    Args:
        name: Of `BANKS`.
        split: "train", "validation", "test" or "all".
        wordy: 0 curt, 1 plain, 2 long.

    Raises:
        ValueError: There is no such split.
    """
    if split not in BANKS[name]:
        msg = f"unknown split {split!r}; choose from {', '.join(BANKS[name])}"
        raise ValueError(msg)
    found = BANKS[name][split]
    if wordy == 1 or len(found) < 6:
        return found
    ordered = sorted(found, key=len, reverse=wordy > 1)
    return tuple(ordered[: len(found) // 2])
