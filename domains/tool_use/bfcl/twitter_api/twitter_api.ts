import { asKey, asText, itemAt } from "../arguments.ts";
import { asDict, asList, get, getDict, getList, itemsOf, loaded } from "../attributes.ts";
import { add } from "../python/arithmetic.ts";
import { equal } from "../python/equal.ts";
import { PythonError } from "../python/error.ts";
import { str } from "../python/text.ts";
import {
  dict,
  isDict,
  type PyDict,
  type PyKey,
  PyOpaque,
  type PyValue,
  truthy,
  typeName,
} from "../python/value.ts";
import { method, type Simulator } from "../simulator.ts";

/** Stands for mentions that were not given. */
const leftOut = new PyOpaque("no mentions");

/** Short posts with comments, retweets and followers. */
export const twitterApi: Simulator = {
  name: "TwitterAPI",
  methods: new Map([
    ["authenticate_twitter", method(["username", "password"], authenticate)],
    ["comment", method(["tweet_id", "comment_content"], whenAuthenticated("commenting", onTweet(comment)))],
    ["follow_user", method(["username_to_follow"], whenAuthenticated("following", follow))],
    ["get_tweet", method(["tweet_id"], onTweet((_self, tweet) => tweet))],
    ["get_tweet_comments", method(["tweet_id"], onTweet(comments))],
    ["get_user_stats", method(["username"], userStats)],
    ["get_user_tweets", method(["username"], (self, [user = null]) => tweetsBy(self, user))],
    [
      "list_all_following",
      method(
        [],
        whenAuthenticated(
          "listing following",
          (self) => dict({ following_list: self.get("following_list") ?? null }),
        ),
      ),
    ],
    ["mention", method(["tweet_id", "mentioned_usernames"], onTweet(mention))],
    [
      "post_tweet",
      method(["content", ["tags", []], ["mentions", leftOut]], whenAuthenticated("posting", post)),
    ],
    [
      "posting_get_login_status",
      method([], (self) => dict({ login_status: truthy(self.get("authenticated") ?? null) })),
    ],
    ["retweet", method(["tweet_id"], whenAuthenticated("retweeting", onTweet(retweet)))],
    ["search_tweets", method(["keyword"], search)],
    ["unfollow_user", method(["username_to_unfollow"], whenAuthenticated("unfollowing", unfollow))],
  ]),
  load: (scenario) => {
    const self = loaded(scenario, {
      username: "john",
      password: "john123",
      authenticated: false,
      tweets: dict(),
      comments: dict(),
      retweets: dict(),
      following_list: ["alice", "bob"],
      tweet_counter: 0n,
    });
    self.set("tweets", new Map([...getDict(self, "tweets")].map(([id, tweet]) => [wholeKey(id), tweet])));
    return self.set("_sharing", []);
  },
};

function authenticate(self: PyDict, [user = null, password = null]: readonly PyValue[]): PyDict {
  const known = equal(self.get("username") ?? null, user) && equal(self.get("password") ?? null, password);
  if (known) self.set("authenticated", true);
  return dict({ authentication_status: known });
}

function post(self: PyDict, [content = null, tags = null, given = null]: readonly PyValue[]): PyDict {
  const id = self.get("tweet_counter") ?? 0n;
  const mentions = given === leftOut ? sharedMentions(self) : given;
  if (given === leftOut) getList(self, "_sharing").push(id);
  const tweet = dict({ id, username: self.get("username") ?? null, content, tags, mentions });
  getDict(self, "tweets").set(asKey(id) ?? 0n, tweet);
  self.set("tweet_counter", add(id, 1n));
  return tweet;
}

/**
 * Adds to the mentions of a tweet. Tweets that were posted without any share one list in the original, a default that is
 * made once: what is added to one is added to all of them, and to those that are posted later.
 */
function mention(self: PyDict, tweet: PyDict, [, users = null]: readonly PyValue[]): PyDict {
  const mentions = get(tweet, "mentions");
  if (!Array.isArray(mentions)) {
    throw new PythonError("AttributeError", `'${typeName(mentions)}' object has no attribute 'extend'`);
  }
  const longer = [...mentions, ...itemsOf(users)];
  const sharing = getList(self, "_sharing");
  const shared = sharing.some((id) => equal(id, get(tweet, "id")));
  const tweets = getDict(self, "tweets");
  for (const each of shared ? sharing.map((id) => itemAt(tweets, id)) : [tweet]) {
    if (isDict(each)) each.set("mentions", [...longer]);
  }
  return dict({ mention_status: "Users mentioned successfully" });
}

/** The mentions that tweets without any of their own share so far. */
function sharedMentions(self: PyDict): PyValue[] {
  const [first] = getList(self, "_sharing");
  const tweet = first === undefined ? undefined : itemAt(getDict(self, "tweets"), first);
  const mentions = isDict(tweet) ? tweet.get("mentions") : undefined;
  return Array.isArray(mentions) ? [...mentions] : [];
}

function comment(self: PyDict, _tweet: PyDict, [id = null, content = null]: readonly PyValue[]): PyDict {
  const all = getDict(self, "comments");
  const entry = dict({ username: self.get("username") ?? null, content });
  all.set(asKey(id) ?? 0n, [...asList(itemAt(all, id) ?? []), entry]);
  return dict({ comment_status: "Comment added successfully" });
}

function comments(self: PyDict, _tweet: PyDict, [id = null]: readonly PyValue[]): PyValue {
  return itemAt(getDict(self, "comments"), id) ?? [];
}

function retweet(self: PyDict, _tweet: PyDict, [id = null]: readonly PyValue[]): PyDict {
  const all = getDict(self, "retweets");
  const user = asKey(self.get("username") ?? null) ?? "";
  const before = asList(all.get(user) ?? []);
  if (before.some((each) => equal(each, id))) return dict({ retweet_status: "Already retweeted" });
  all.set(user, [...before, id]);
  return dict({ retweet_status: "Successfully retweeted" });
}

function follow(self: PyDict, [user = null]: readonly PyValue[]): PyDict {
  const following = getList(self, "following_list");
  if (following.some((each) => equal(each, user))) return dict({ follow_status: false });
  following.push(user);
  return dict({ follow_status: true });
}

function unfollow(self: PyDict, [user = null]: readonly PyValue[]): PyDict {
  const following = getList(self, "following_list");
  const at = following.findIndex((each) => equal(each, user));
  if (at >= 0) following.splice(at, 1);
  return dict({ unfollow_status: at >= 0 });
}

function tweetsBy(self: PyDict, user: PyValue): PyDict[] {
  return [...getDict(self, "tweets").values()].map(asDict).filter((tweet) =>
    equal(get(tweet, "username"), user)
  );
}

function search(self: PyDict, [keyword = null]: readonly PyValue[]): PyDict[] {
  const lower = (text: PyValue): string => asText(text, "lower").toLowerCase();
  return [...getDict(self, "tweets").values()].map(asDict).filter((tweet) =>
    lower(get(tweet, "content")).includes(lower(keyword)) ||
    itemsOf(get(tweet, "tags")).some((tag) => lower(tag) === lower(keyword))
  );
}

function userStats(self: PyDict, [user = null]: readonly PyValue[]): PyDict {
  const retweets = itemAt(getDict(self, "retweets"), user) ?? [];
  return dict({
    tweet_count: BigInt(tweetsBy(self, user).length),
    following_count: equal(user, self.get("username") ?? null)
      ? BigInt(getList(self, "following_list").length)
      : 0n,
    retweet_count: BigInt(asList(retweets).length),
  });
}

function whenAuthenticated(
  doing: string,
  act: (self: PyDict, args: readonly PyValue[]) => PyValue,
): (self: PyDict, args: readonly PyValue[]) => PyValue {
  return (self, args) =>
    truthy(self.get("authenticated") ?? null)
      ? act(self, args)
      : dict({ error: `User not authenticated. Please authenticate before ${doing}.` });
}

/** What is done to the tweet whose id is the first argument. */
function onTweet(
  act: (self: PyDict, tweet: PyDict, args: readonly PyValue[]) => PyValue,
): (self: PyDict, args: readonly PyValue[]) => PyValue {
  return (self, args) => {
    const [id = null] = args;
    const tweet = itemAt(getDict(self, "tweets"), id);
    return tweet === undefined
      ? dict({ error: `Tweet with ID ${str(id)} not found.` })
      : act(self, asDict(tweet), args);
  };
}

/** `int` of a key. */
function wholeKey(key: PyKey): bigint {
  if (typeof key === "string" && !/^\s*[+-]?\d+\s*$/.test(key)) {
    throw new PythonError("ValueError", `invalid literal for int() with base 10: '${key}'`);
  }
  return BigInt(key);
}
