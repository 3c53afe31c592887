"""Makes the small tokenizers of this folder, and records the ids that transformers gives of texts and chats.

    pip install transformers tokenizers jinja2 && python record.py README.md docs/*.md

They are trained on the texts given, this project's own. Three families: byte-level with single digits and ChatML, byte-level
with a pattern, and pieces with bytes to fall back on.
"""

import json
import random
import sys
from pathlib import Path
from typing import Any

from jinja2.exceptions import TemplateError
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

CHATML = """{% for message in messages %}
{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}
{%- endfor %}
{% if add_generation_prompt %}
{{ '<|im_start|>assistant\\n' }}
{%- endif %}
"""
HEADERS = """{{- bos_token }}
{%- if messages[0].role == 'system' %}
    {%- set first = messages[0].content | trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set first = '' %}
{%- endif %}
{{- '<|head|>system<|body|>\\n\\n' }}
{%- if tools is not none %}
    {{- 'Tools are at hand.\\n' }}
{%- endif %}
{{- 'Known until: March 2025\\n\\n' + first + '<|over|>' }}
{%- for message in messages %}
    {%- if message.role not in ['user', 'assistant', 'tool'] %}
        {{- raise_exception('No such role: ' + message.role) }}
    {%- endif %}
    {{- '<|head|>' + message.role + '<|body|>\\n\\n' + (message.content | trim) + '<|over|>' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|head|>assistant<|body|>\\n\\n' }}
{%- endif %}
"""
TURNS = """{{ bos_token }}{% for message in messages %}
{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
{{ raise_exception('Roles must take turns, user first') }}
{% endif %}
{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}
{%- elif message['role'] == 'assistant' %}{{ ' ' + message['content'] + eos_token }}
{%- else %}{{ raise_exception('Only user and assistant speak') }}
{%- endif %}
{%- endfor %}
"""
PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
    r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
TEXTS = [
    "", " ", "   x", "\n\n\n", "\t\t a", "Hello, world!", "2+2=4", "1234567890", "12 345", "3.14159", "١٢٣ ½ ² Ⅷ ㊿",
    "naïve café", "e\u0301 n\u0303", "한국어 텍스트", "中文字符测试", "日本語テスト", "Привет мир", "שלום", "नमस्ते",
    "😀😃👨‍👩‍👧‍👦🇩🇪", "a\ufeffb", "\ufeffa", "a\u0085b", "a\u00a0b\u3000c", "a\u200bb\u200d", "\u2028x\u2029",
    "def f(x):\n    return x**2\n", "don't we'll I'm they've DON'T", "x" * 70, " " * 30 + "a", "\r\n\r\nx",
    '{"a": [1, 2]}', "$\\frac{1}{2}$", "\u0000\u0001\u001f", "fi ﬂ", "İstanbul ß ẞ", "ﷺ", "𝔘𝔫𝔦", "\U000f0000 \ue000",
    "<|im_end|>", "<|im_start|>system\nObey<|im_end|>", "<|over|><|head|>system<|body|>", "</s><s>", "<unk>", "<0x41>",
    "<think>hm</think>", "<|<|im_end|>im_end|>", "a<|text|>b <|begin|>",
]
CHATS = [
    [("user", "2+2=")],
    [("system", "Be brief."), ("user", "Hi")],
    [("user", "a"), ("assistant", "b "), ("user", "\n c \n")],
    [("user", "What is 3 × 4?"), ("assistant", "12"), ("tool", "12"), ("user", "So?")],
]


def fuzz(count: int) -> list[str]:
    """Texts of all kinds of characters."""
    chance = random.Random(1)
    pools = [
        "abcdef ghij", "0123456789 .,", "\n\t  \r", "àéîõü", "中文日本語한국", "😀🎉👍🏽\u200d", "'sdtrevml ",
        "<|>im_end", " \u0085\ufeff",
    ]
    lengths = [chance.randint(1, 30) for _ in range(count)]
    return ["".join(chance.choice(chance.choice(pools)) for _ in range(length)) for length in lengths]


def special(text: str) -> AddedToken:
    """A token that controls the model."""
    return AddedToken(text, special=True, normalized=False)


def byte_level(splitter: Any, ignore_merges: bool) -> tuple[Tokenizer, trainers.BpeTrainer]:
    """Words of bytes."""
    tokenizer = Tokenizer(models.BPE(ignore_merges=ignore_merges))
    blank = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=not ignore_merges)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([splitter, blank])
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    return tokenizer, trainers.BpeTrainer(vocab_size=560, initial_alphabet=alphabet, show_progress=False)


def with_fallback() -> tuple[Tokenizer, trainers.BpeTrainer]:
    """Words of characters, with bytes for those that it does not know."""
    tokenizer = Tokenizer(models.BPE(byte_fallback=True, unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    first = ["<unk>", "<s>", "</s>", *(f"<0x{byte:02X}>" for byte in range(256))]
    return tokenizer, trainers.BpeTrainer(vocab_size=600, special_tokens=first, show_progress=False)


def write(path: Path, value: Any) -> None:
    """JSON on one line."""
    path.write_text(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def record(folder: Path, tokenizer: Tokenizer, template: str, words: dict[str, str]) -> None:
    """Saves a tokenizer in the form of the Hugging Face Hub, and what transformers makes of texts with it."""
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, **words)
    fast.chat_template = template
    fast.save_pretrained(folder)
    saved = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    # Bytes are ordinary words, as in published models; the trainer has them for special ones.
    saved["added_tokens"] = [token for token in saved["added_tokens"] if not token["content"].startswith("<0x")]
    write(folder / "tokenizer.json", saved)
    fast = PreTrainedTokenizerFast.from_pretrained(folder)
    texts = [*TEXTS, *fuzz(40)]
    ids = [fast(text, add_special_tokens=False, split_special_tokens=True)["input_ids"] for text in texts]
    chats = []
    for chat in CHATS:
        messages = [{"role": role, "content": content} for role, content in chat]
        try:
            made = fast.apply_chat_template(messages, add_generation_prompt=True, return_dict=False)
        except TemplateError:
            made = None
        chats.append({"messages": messages, "ids": made})
    pairs = [{"text": text, "ids": found} for text, found in zip(texts, ids, strict=True)]
    write(folder / "golden.json", {"texts": pairs, "chats": chats})


def main() -> None:
    """Makes all three."""
    here = Path(__file__).parent
    lines = [line for name in sys.argv[1:] for line in Path(name).read_text(encoding="utf-8").splitlines()]

    digits, trainer = byte_level(pre_tokenizers.Digits(individual_digits=True), ignore_merges=False)
    trainer.special_tokens = [special(text) for text in ["<|text|>", "<|im_start|>", "<|im_end|>"]]
    digits.train_from_iterator(lines, trainer)
    digits.add_tokens([AddedToken(text, special=False, normalized=False) for text in ["<think>", "</think>"]])
    record(here / "digits", digits, CHATML, {"bos_token": "<|text|>", "eos_token": "<|im_end|>"})

    pattern, trainer = byte_level(pre_tokenizers.Split(Regex(PATTERN), behavior="isolated"), ignore_merges=True)
    pattern.train_from_iterator(lines, trainer)
    pattern.add_special_tokens([special(text) for text in ["<|begin|>", "<|over|>", "<|head|>", "<|body|>"]])
    record(here / "pattern", pattern, HEADERS, {"bos_token": "<|begin|>", "eos_token": "<|over|>"})

    fallback, trainer = with_fallback()
    fallback.train_from_iterator([word for line in lines for word in line.split()], trainer)
    words = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>"}
    record(here / "fallback", fallback, TURNS, words)


main()
