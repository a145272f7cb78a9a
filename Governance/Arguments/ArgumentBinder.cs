using System.Reflection;
using System.Text.Json.Nodes;
using BillingCopilot.Billing;
using BillingCopilot.Governance.Canonical;

namespace BillingCopilot.Governance.Arguments;

/// <summary>
/// Turns the arguments a model sent into the operation's record. Lenient in form (numbers in quotes), strict in
/// substance: unknown, missing or ill-typed fields are refused by name, all of them at once.
/// </summary>
internal static class ArgumentBinder
{
    public static Outcome<object> Bind(Type type, JsonObject sent)
    {
        if (Unreadable(sent) is { } refusal)
        {
            return refusal;
        }

        var faults = new List<Refusal>();
        var canonical = Normalise(type, sent, "", faults);
        return faults.Count > 0 ? Joined(faults) : Build(type, canonical);
    }

    internal static JsonObject Normalise(Type type, JsonObject sent, string prefix, List<Refusal> faults)
    {
        var shape = ArgumentShape.Of(type);
        faults.AddRange(sent.Select(m => m.Key).Where(k => shape.Fields.All(f => f.Name != k)).Select(k => Unknown(prefix + k, shape)));
        var canonical = new JsonObject();
        foreach (var field in shape.Fields)
        {
            var value = sent[field.Name];
            if (value is not null)
            {
                canonical[field.Name] = ArgumentReader.Read(field.Value, value, prefix + field.Name, faults);
            }
            else if (field.Required)
            {
                faults.Add(Missing(field, prefix + field.Name));
            }
        }

        return canonical;
    }

    // A member twice, half a surrogate pair or a number beyond any type: found now, not in the middle of a record.
    private static Refusal? Unreadable(JsonObject sent)
    {
        try
        {
            _ = CanonicalJson.Write(sent);
            return null;
        }
        catch (ArgumentException e)
        {
            return new Refusal("invalid_argument", $"The arguments can't be read: {PlainText.Clean(e.Message, 200)}", "Send each argument once, as plain JSON.");
        }
    }

    private static Outcome<object> Build(Type type, JsonObject canonical)
    {
        try
        {
            return new Outcome<object>.Ok(ArgumentCodec.Read(type, canonical));
        }
        catch (TargetInvocationException e) when (e.InnerException is ArgumentException fault)
        {
            return new Refusal("invalid_argument", fault.Message, "Correct the argument and propose again.");
        }
    }

    private static Refusal Unknown(string path, ArgumentShape shape) => new(
        "unknown_argument",
        $"There is no argument '{path}'.",
        $"The arguments are: {string.Join(", ", shape.Asked.Select(f => f.Name))}.");

    private static Refusal Missing(ArgumentField field, string path) => new(
        "missing_argument",
        $"'{path}' is missing.",
        $"Give {ArgumentReader.Expected(field.Value)}.");

    private static Refusal Joined(List<Refusal> faults) => new(
        faults[0].Code,
        string.Join(" ", faults.Select(f => f.Message)),
        string.Join(" ", faults.Select(f => f.Remedy).Distinct()));
}
