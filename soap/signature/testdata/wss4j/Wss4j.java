import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.security.KeyStore;
import java.time.Instant;
import java.util.Arrays;
import java.util.Properties;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.crypto.Crypto;
import org.apache.wss4j.common.crypto.Merlin;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.WSDataRef;
import org.apache.wss4j.dom.engine.WSSConfig;
import org.apache.wss4j.dom.engine.WSSecurityEngine;
import org.apache.wss4j.dom.engine.WSSecurityEngineResult;
import org.apache.wss4j.dom.handler.RequestData;
import org.apache.wss4j.dom.handler.WSHandlerResult;
import org.apache.wss4j.dom.message.WSSecHeader;
import org.apache.wss4j.dom.message.WSSecSignature;
import org.apache.wss4j.dom.message.WSSecTimestamp;
import org.w3c.dom.Document;

/** What Apache WSS4J does with messages: sign KEYS ALGORITHM IN OUT, or verify TRUST IN…; a line for each message. */
public class Wss4j {
    public static void main(String[] arguments) throws Exception {
        WSSConfig.init();
        if (arguments[0].equals("sign")) {
            sign(arguments[1], arguments[2], arguments[3], arguments[4]);
            return;
        }
        for (String file : Arrays.copyOfRange(arguments, 2, arguments.length)) {
            try {
                System.out.println(verify(arguments[1], file));
            } catch (Exception refused) {
                System.out.println("refused: " + refused.getMessage());
            }
        }
    }

    static Crypto crypto(String file, boolean trust) throws Exception {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = new FileInputStream(file)) {
            store.load(in, "changeit".toCharArray());
        }
        Merlin crypto = new Merlin();
        if (trust) {
            crypto.setTrustStore(store);
        } else {
            crypto.setKeyStore(store);
        }
        return crypto;
    }

    static Document read(String file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        return factory.newDocumentBuilder().parse(file);
    }

    static void sign(String keys, String algorithm, String in, String out) throws Exception {
        Document document = read(in);
        WSSecHeader header = new WSSecHeader(document);
        header.insertSecurityHeader();
        WSSecTimestamp timestamp = new WSSecTimestamp(header);
        timestamp.setTimeToLive(300);
        timestamp.build();
        WSSecSignature signature = new WSSecSignature(header);
        signature.setUserInfo("1", "changeit");
        signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
        signature.setSignatureAlgorithm(algorithm);
        signature.setDigestAlgo(WSConstants.SHA256);
        signature.getParts().add(new WSEncryptionPart("Body", WSConstants.URI_SOAP11_ENV, ""));
        signature.getParts().add(new WSEncryptionPart("LogicalAddress", "urn:riv:itintegration:registry:1", ""));
        signature.getParts().add(new WSEncryptionPart("Timestamp", WSConstants.WSU_NS, ""));
        signature.build(crypto(keys, false));
        try (OutputStream to = new FileOutputStream(out)) {
            TransformerFactory.newInstance().newTransformer().transform(new DOMSource(document), new StreamResult(to));
        }
    }

    static String verify(String trust, String file) throws Exception {
        WSSecurityEngine engine = new WSSecurityEngine();
        RequestData data = new RequestData();
        data.setSigVerCrypto(crypto(trust, true));
        data.setTimeStampStrict(false);
        WSHandlerResult found = engine.processSecurityHeader(read(file), data);
        StringBuilder covered = new StringBuilder("verified:");
        for (WSSecurityEngineResult result : found.getActionResults().get(WSConstants.SIGN)) {
            for (Object reference : (java.util.List<?>) result.get(WSSecurityEngineResult.TAG_DATA_REF_URIS)) {
                covered.append(' ').append(((WSDataRef) reference).getName().getLocalPart());
            }
        }
        return covered.toString();
    }
}
