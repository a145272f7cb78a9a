using System.Security.Cryptography;

namespace BillingCopilot.Storage;

/// <summary>Makes ids that can't be guessed. Tests pass their own bytes to get the same ids on every run.</summary>
/// <param name="bytes">Returns as many bytes as asked for.</param>
public sealed class IdSource(Func<int, byte[]> bytes)
{
    private const string Base32 = "abcdefghijklmnopqrstuvwxyz234567";

    public IdSource()
        : this(RandomNumberGenerator.GetBytes)
    {
    }

    /// <summary><paramref name="prefix"/>, an underscore and 16 base-32 characters (80 bits).</summary>
    public string Next(string prefix) => $"{prefix}_{Encode(bytes(10))}";

    private static string Encode(byte[] data)
    {
        var low = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(data);
        var bits = ((UInt128)low << 16) | System.Buffers.Binary.BinaryPrimitives.ReadUInt16BigEndian(data.AsSpan(8));
        return string.Create(16, bits, static (text, rest) =>
        {
            for (var i = text.Length - 1; i >= 0; i--, rest >>= 5)
            {
                text[i] = Base32[(int)(rest & 31)];
            }
        });
    }
}
