"""`TalkSim`: dialogues in words. Messages of the agent are read, customers put theirs into words."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from synth_envs.dialogue.acts import UserAct
from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.simulator import DialogueSim
from synth_envs.dialogue.understand.meaning import understand
from synth_envs.dialogue.understand.message import Invalid, ToolCall, parse
from synth_envs.dialogue.words.customer import tell
from synth_envs.dialogue.words.noise import slipped
from synth_envs.dialogue.words.prompt import prompt
from synth_envs.seeding import split_of_number
from synth_envs.spaces import Unicode

__all__ = ["MAX_MESSAGE", "MAX_SEEN", "TalkSim"]

#: Characters of an observation and of a message, at most.
MAX_SEEN, MAX_MESSAGE = 16_384, 65_536


class TalkSim(DialogueSim):
    """Dialogues in words: an action is a message, a JSON object or plain words."""

    name = "dialogue-words"

    def _prepare(self) -> None:
        self.single_observation_space = Unicode(MAX_SEEN)
        self.single_action_space = Unicode(MAX_MESSAGE)
        self.observations = np.full(self.num_envs, "", dtype=object)

    def describe(self, index: int) -> str:
        """Return what the agent reads: the prompt, the customer's words, or a tool's result."""
        return str(self.observations[index])

    def _began(self, index: int) -> None:
        episode = self.episode(index)
        said = self._said(index, episode, episode.opening)
        self.observations[index] = prompt(
            episode.spec, said, episode.world.today, episode.scene.key
        )[:MAX_SEEN]

    def _said(self, index: int, episode: Episode, acts: list[UserAct]) -> str:
        """Put the customer's last turn into words, slips and all, and keep them for transcripts."""
        scene, turn = episode.scene, episode.ledger.turns
        persona = episode.goal.persona
        heard = self.heard(index, acts)
        told = tell(heard, persona, episode.spec, scene.key, turn, split_of_number(scene.key))
        words = slipped(told, persona.typos, scene.key, turn)
        place = max(k for k, event in enumerate(episode.log) if event.kind == "user")
        episode.words[place] = words
        return words

    def _act(self, index: int, episode: Episode, action: Any) -> None:
        message = parse(action)
        if isinstance(message, ToolCall):
            seen = json.dumps(episode.call(message.name, message.args), ensure_ascii=True)
        elif isinstance(message, Invalid):
            episode.invalid()
            seen = json.dumps({"ok": False, "error": "parse_error", "hint": message.why})
        else:
            reading = understand(message.text, episode)
            place = len(episode.log)
            answer = (
                episode.unclear(reading.options) if reading.options else episode.say(reading.acts)
            )
            episode.words[place] = message.text
            seen = self._said(index, episode, answer)
        self.observations[index] = seen[:MAX_SEEN]

    def _future(self) -> Any:
        return self.episodes, self._told, self.observations

    def _go_back(self, future: Any) -> None:
        self.episodes, self._told, seen = future
        self.observations[:] = seen
